import type { UnresolvedReason } from '../../domain/adjudication.ts';
import type { AdjudicationEntry, AdjudicationRecords } from '../../domain/ports-review.ts';
import { Prisma } from './client/client.ts';
import type { Database } from './connection.ts';
import { hiddenImage } from './image-visibility.ts';
import { currentLabels } from './label-records.ts';
import { readFrames } from './review-frames.ts';
import { readHeldItems } from './review-held-items.ts';

type Row = Omit<AdjudicationEntry, 'why' | 'split'> & { why: string | null; split: AdjudicationEntry['split'] | null };

/** Answers that hold, counted by what they say. */
const splitOf = Prisma.sql`(SELECT json_agg(json_build_object('kind', g.kind, 'classId', g."classId", 'count', g.count) ORDER BY g.count DESC, g.kind, g."classId") FROM (
  SELECT a."kind" AS kind, a."classId", count(*)::int AS count FROM "Annotation" a
  WHERE a."reviewItemId" = i."id" AND a."kind" <> 'withdrawal' AND NOT EXISTS (SELECT 1 FROM "Annotation" w WHERE w."withdraws" = a."id") GROUP BY a."kind", a."classId") g)`;

const rows = (database: Database, where: Prisma.Sql, limit: number): Promise<Row[]> => database.$queryRaw<Row[]>`
  SELECT i."id"::text, i."imageId"::text, r."number" AS "roundNumber", i."unresolvedWhy" AS "why", i."value" AS "expectedCost", ${splitOf} AS "split", c."name" AS "camera", t."capturedAt", i."createdAt", i."state", i."blind"
  FROM "ReviewItem" i LEFT JOIN "ReviewRound" r ON r."id" = i."roundId"
  LEFT JOIN LATERAL (SELECT x."capturedAt", x."cameraId" FROM "Arrival" x WHERE x."imageId" = i."imageId" ORDER BY x."receivedAt" LIMIT 1) t ON true LEFT JOIN "Camera" c ON c."id" = t."cameraId"
  WHERE ${where} ORDER BY i."value" DESC, i."id" LIMIT ${limit}`;

// Items of before reasons were kept went there by disagreement.
const entryOf = (row: Row): AdjudicationEntry => ({ ...row, why: (row.why ?? 'disagreement') as UnresolvedReason, split: row.split ?? [] });

/** What is unresolved, dearest first. */
export async function adjudicationQueue(database: Database, projectId: string, { after, limit, why }: Parameters<AdjudicationRecords['unresolved']>[1]): ReturnType<AdjudicationRecords['unresolved']> {
  const asked = Prisma.sql`i."projectId" = ${projectId}::uuid AND i."state" = 'unresolved' AND NOT ${hiddenImage('i."imageId"')} ${why === null ? Prisma.empty : Prisma.sql`AND COALESCE(i."unresolvedWhy", 'disagreement') = ${why}`}`;
  const beyond = after === null ? Prisma.empty : Prisma.sql`AND (i."value" < ${after.expectedCost}::float8 OR (i."value" = ${after.expectedCost}::float8 AND i."id" > ${after.id}::uuid))`;
  const [found, [counted]] = await Promise.all([rows(database, Prisma.sql`${asked} ${beyond}`, limit), database.$queryRaw<{ total: number }[]>`SELECT count(*)::int AS total FROM "ReviewItem" i WHERE ${asked}`]);
  return { entries: found.map(entryOf), total: counted?.total ?? 0 };
}

/** One item with everything said about it. */
export async function adjudicationDetail(database: Database, projectId: string, itemId: string): ReturnType<AdjudicationRecords['adjudicationDetail']> {
  const [row] = await rows(database, Prisma.sql`i."id" = ${itemId}::uuid AND i."projectId" = ${projectId}::uuid AND NOT ${hiddenImage('i."imageId"')}`, 1);
  if (row === undefined) return null;
  const [annotations, adjudications, [held], labels, dispute, frames] = await Promise.all([
    database.annotation.findMany({ where: { reviewItemId: itemId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
    database.adjudication.findMany({ where: { reviewItemId: itemId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
    readHeldItems(database, [itemId]),
    currentLabels(database, projectId, [row.imageId]),
    database.labelDispute.findFirst({ where: { reviewItemId: itemId }, orderBy: { createdAt: 'desc' } }),
    readFrames(database, projectId, [itemId]),
  ]);
  if (held === undefined) return null;
  const names = await namesOf(database, [...annotations, ...adjudications].map((each) => each.userId));
  const version = dispute === null ? null : await database.modelVersion.findUnique({ where: { id: dispute.modelVersionId }, select: { number: true } });
  const taken = new Set([...annotations, ...adjudications].flatMap((each) => each.withdraws ?? []));
  const person = (id: string) => ({ id, name: names.get(id) ?? id });
  const label = labels.get(row.imageId);
  return {
    ...entryOf(row), width: held.width, height: held.height, prediction: held.prediction,
    given: annotations.filter((each) => each.kind !== 'withdrawal').map(({ id, userId, kind, classId, proposedName, comment, leadTimeMs, propagatedFrom, createdAt }) => ({
      annotationId: id, person: person(userId), kind, classId, proposedName, comment, leadTimeMs, propagated: propagatedFrom !== null, withdrawn: taken.has(id), createdAt,
    })),
    adjudications: adjudications.filter((each) => each.kind !== 'withdrawal').map(({ id, userId, kind, classId, comment, createdAt }) => ({ id, person: person(userId), kind, classId, comment, withdrawn: taken.has(id), createdAt })),
    label: label === undefined ? null : { kind: label.kind, classId: label.classId, source: label.source, createdAt: label.createdAt },
    dispute: dispute === null ? null : { modelVersionNumber: version?.number ?? 0, classId: dispute.classId, probability: dispute.probability, labelProbability: dispute.labelProbability },
    behind: (frames.get(itemId) ?? []).filter((each) => each.answerable && !each.leads).map((each) => each.imageId),
  };
}

/** Names of people and keys by id. */
export async function namesOf(database: Database, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids)];
  const uuids = wanted.filter((id) => /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(id));
  const [users, keys] = await Promise.all([database.user.findMany({ where: { id: { in: wanted } }, select: { id: true, name: true } }), database.apiKey.findMany({ where: { id: { in: uuids } }, select: { id: true, name: true } })]);
  return new Map([...users, ...keys].map(({ id, name }) => [id, name]));
}
