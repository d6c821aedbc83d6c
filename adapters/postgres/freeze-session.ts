import type { FreezeRow, FreezeSession, UnplacedGroup } from '../../domain/ports-datasets.ts';
import type { UngroupedImage } from '../../domain/image-groups.ts';
import type { ManifestSplit } from '../../domain/split-name.ts';
import { nearDuplicateMs } from '../../domain/near-duplicates.ts';
import { Prisma } from './client/client.ts';
import type { DatabaseOrTransaction } from './connection.ts';

/** Images grouped at once; one camera's are never parted, so it may be more. */
const groupedAtOnce = 5_000;
const day = Prisma.raw(`interval '${nearDuplicateMs / 1000} seconds'`);

/**
 * What changed since a version, in a table of this transaction alone: images whose label is newer, and those of groups that
 * an act has moved to another side. Everything after reads this table, so a freeze costs what changed. An image or a camera is
 * of one project, so where one is known the project is not asked for: it would lead the planner to indexes that begin with it.
 */
export async function openFreezeSession(transaction: DatabaseOrTransaction, projectId: string, since: Date | null, until: Date): Promise<FreezeSession> {
  const from = since ?? new Date(0);
  await transaction.$executeRaw`
    CREATE TEMP TABLE freeze_changed ON COMMIT DROP AS
    WITH changed AS (
      SELECT "imageId" FROM "Label" WHERE "projectId" = ${projectId}::uuid AND "regionId" IS NULL AND "createdAt" >= ${from} AND "createdAt" <= ${until}
      UNION
      SELECT m."imageId" FROM "SplitAssignment" s JOIN "ImageGroup" m ON m."projectId" = s."projectId" AND m."groupKey" = s."groupKey"
      WHERE s."projectId" = ${projectId}::uuid AND s."movedAt" >= ${from} AND s."movedAt" <= ${until}),
    newest AS (
      SELECT DISTINCT ON (l."imageId") l.* FROM changed c JOIN "Label" l ON l."imageId" = c."imageId"
      WHERE l."regionId" IS NULL AND l."createdAt" <= ${until} ORDER BY l."imageId", l."createdAt" DESC, l."id" DESC)
    SELECT i."id" AS "imageId", i."sha256", i."perceptualHash" AS hash, l."id" AS "labelId", l."kind", l."classId", l."source", l."audit", COALESCE(p."auditShare", 1) AS "auditShare",
           a."cameraId", COALESCE(a."capturedAt", a."receivedAt") AS "eventAt", COALESCE(n."group", a."burstKey", 'image/' || i."sha256") AS "naturalKey", g."groupKey"
    FROM newest l JOIN "Image" i ON i."id" = l."imageId"
    LEFT JOIN LATERAL (SELECT * FROM "Arrival" WHERE "imageId" = l."imageId" ORDER BY "receivedAt", "id" LIMIT 1) a ON true
    LEFT JOIN "ReviewItem" r ON r."id" = l."reviewItemId" LEFT JOIN "Prediction" p ON p."id" = r."predictionId"
    LEFT JOIN "ImportGroup" n ON n."imageId" = l."imageId"
    LEFT JOIN "ImageGroup" g ON g."imageId" = l."imageId"`;
  await transaction.$executeRaw`CREATE INDEX ON freeze_changed ("sha256")`;
  await transaction.$executeRaw`CREATE INDEX ON freeze_changed ("imageId")`;
  await transaction.$executeRaw`CREATE INDEX ON freeze_changed ("cameraId")`;
  await transaction.$executeRaw`ANALYZE freeze_changed`;
  return {
    ungrouped: (nearDuplicateBits) => ungrouped(transaction, projectId, nearDuplicateBits),
    knownGroups: (keys) => knownGroups(transaction, projectId, keys),
    remember: (groups) => remember(transaction, projectId, groups),
    unplaced: () => unplaced(transaction, projectId),
    async place(sides) {
      await transaction.$executeRaw`
        INSERT INTO "SplitAssignment" ("projectId", "groupKey", "split")
        SELECT ${projectId}::uuid, * FROM unnest(${sides.map((each) => each.groupKey)}::text[], ${sides.map((each) => each.split)}::text[]) ON CONFLICT DO NOTHING`;
    },
    addHoldouts: () => addHoldouts(transaction, projectId),
    rows: (after, limit) => transaction.$queryRaw<FreezeRow[]>`
      SELECT c."imageId"::text, c."sha256", c."kind", c."classId", c."labelId"::text, c."groupKey" AS "group", s."split"
      FROM freeze_changed c LEFT JOIN "SplitAssignment" s ON s."projectId" = ${projectId}::uuid AND s."groupKey" = c."groupKey"
      WHERE c."sha256" > ${after} ORDER BY c."sha256" LIMIT ${limit}`,
  };
}

/** New images, whole cameras at a time, for near copies are looked for within one. */
async function* ungrouped(transaction: DatabaseOrTransaction, projectId: string, nearDuplicateBits: number): AsyncGenerator<readonly UngroupedImage[]> {
  const cameras = await transaction.$queryRaw<{ cameraId: string; images: number }[]>`
    SELECT "cameraId"::text, count(*)::int AS images FROM freeze_changed WHERE "kind" = 'class' AND "groupKey" IS NULL AND "cameraId" IS NOT NULL GROUP BY "cameraId"`;
  for (let from = 0; from < cameras.length;) {
    let [to, images] = [from, 0];
    while (to < cameras.length && images < groupedAtOnce) images += cameras[to++]?.images ?? 0;
    yield await read(Prisma.sql`c."cameraId" = ANY(${cameras.slice(from, to).map((each) => each.cameraId)}::uuid[])`);
    from = to;
  }
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const page = await read(Prisma.sql`c."cameraId" IS NULL AND c."imageId" > ${after}::uuid ORDER BY c."imageId" LIMIT ${groupedAtOnce}`);
    if (page.length === 0) return;
    yield page;
    after = page.at(-1)?.imageId ?? after;
  }

  function read(which: Prisma.Sql): Promise<UngroupedImage[]> {
    return transaction.$queryRaw<UngroupedImage[]>`
      SELECT c."imageId"::text, c."cameraId"::text AS camera, c.hash, c."eventAt" AS at, c."naturalKey", COALESCE((
        SELECT array_agg(DISTINCT g."groupKey") FROM "ImageGroup" g WHERE g."projectId" = ${projectId}::uuid AND g."naturalKey" = c."naturalKey"), '{}')
        || COALESCE((
        SELECT array_agg(DISTINCT g."groupKey") FROM "ImageGroup" g
        WHERE g."cameraId" = c."cameraId" AND g."eventAt" > c."eventAt" - ${day} AND g."eventAt" < c."eventAt" + ${day}
          AND bit_count((g."hash" # c.hash)::bit(64)) <= ${nearDuplicateBits}), '{}') AS "nearGroups"
      FROM freeze_changed c WHERE c."kind" = 'class' AND c."groupKey" IS NULL AND ${which}`;
  }
}

async function knownGroups(transaction: DatabaseOrTransaction, projectId: string, keys: readonly string[]): Promise<Map<string, ManifestSplit | null>> {
  const rows = await transaction.$queryRaw<{ groupKey: string; split: ManifestSplit | null }[]>`
    SELECT k.key AS "groupKey", s."split" FROM unnest(${keys}::text[]) AS k(key)
    LEFT JOIN "SplitAssignment" s ON s."projectId" = ${projectId}::uuid AND s."groupKey" = k.key
    WHERE s."split" IS NOT NULL OR EXISTS (SELECT 1 FROM "ImageGroup" g WHERE g."projectId" = ${projectId}::uuid AND g."groupKey" = k.key)`;
  return new Map(rows.map(({ groupKey, split }) => [groupKey, split]));
}

async function remember(transaction: DatabaseOrTransaction, projectId: string, groups: readonly { imageId: string; groupKey: string }[]): Promise<void> {
  if (groups.length === 0) return;
  await transaction.$executeRaw`
    WITH told AS (SELECT * FROM unnest(${groups.map((each) => each.imageId)}::uuid[], ${groups.map((each) => each.groupKey)}::text[]) AS t(image, key)),
    kept AS (
      INSERT INTO "ImageGroup" ("imageId", "projectId", "groupKey", "naturalKey", "cameraId", "eventAt", "hash")
      SELECT c."imageId", ${projectId}::uuid, told.key, c."naturalKey", c."cameraId", c."eventAt", c.hash FROM told JOIN freeze_changed c ON c."imageId" = told.image
      ON CONFLICT DO NOTHING)
    UPDATE freeze_changed c SET "groupKey" = told.key FROM told WHERE c."imageId" = told.image`;
}

const groupsAtOnce = 50_000;

async function* unplaced(transaction: DatabaseOrTransaction, projectId: string): AsyncGenerator<readonly UnplacedGroup[]> {
  // What the planner knows of the table is from before its images had groups: with that it would compare each with every side.
  await transaction.$executeRaw`ANALYZE freeze_changed`;
  for (;;) {
    // Those that were placed are not found again, so the first page is always the next one.
    const page = await transaction.$queryRaw<UnplacedGroup[]>`
      SELECT c."groupKey", bool_or(c."audit") AS audit, bool_or(c."source" = 'import') AS imported
      FROM freeze_changed c LEFT JOIN "SplitAssignment" s ON s."projectId" = ${projectId}::uuid AND s."groupKey" = c."groupKey"
      WHERE c."groupKey" IS NOT NULL AND c."kind" = 'class' AND s."split" IS NULL GROUP BY c."groupKey" LIMIT ${groupsAtOnce}`;
    if (page.length === 0) return;
    yield page;
  }
}

/** Held-out images come into their holdout, the audit ones with what they stand for. One that has retired does not come back. */
async function addHoldouts(transaction: DatabaseOrTransaction, projectId: string): Promise<void> {
  await transaction.$executeRaw`
    INSERT INTO "HoldoutMember" ("projectId", "holdout", "imageId", "groupKey", "weight", "eventAt")
    SELECT ${projectId}::uuid, CASE WHEN c."audit" THEN 'audit' ELSE 'reference' END, c."imageId", c."groupKey",
           CASE WHEN c."audit" AND c."auditShare" > 0 THEN 1 / c."auditShare" ELSE 1 END, c."eventAt"
    FROM freeze_changed c JOIN "SplitAssignment" s ON s."projectId" = ${projectId}::uuid AND s."groupKey" = c."groupKey"
    WHERE s."split" = 'test' AND c."kind" = 'class' AND (c."audit" OR c."source" = 'import') ON CONFLICT DO NOTHING`;
}

