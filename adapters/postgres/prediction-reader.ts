import { v7 as uuidv7 } from 'uuid';
import { PerennialError } from '../../domain/errors.ts';
import type { FlagReason } from '../../domain/flag.ts';
import { flagReasonOrder } from '../../domain/policy.ts';
import type { PredictionReader, ReportRecords, StoredPrediction } from '../../domain/ports-predictions.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import { Prisma } from './client/client.ts';
import type { Database } from './connection.ts';

type Row = Awaited<ReturnType<Database['prediction']['findFirstOrThrow']>>;

/** Stored predictions, told with the names and places they belong to. A page costs a fixed number of questions. */
export function createPredictionReader(database: Database): PredictionReader & ReportRecords {
  async function tell(projectId: string, rows: readonly Row[]): Promise<StoredPrediction[]> {
    const among = <T>(of: (row: Row) => T) => ({ in: [...new Set(rows.map(of))] });
    const [images, arrivals, versions, flags, classSets] = await Promise.all([
      database.image.findMany({ where: { id: among((row) => row.imageId) }, select: { id: true, sha256: true } }),
      database.arrival.findMany({ where: { id: among((row) => row.arrivalId) } }),
      database.modelVersion.findMany({ where: { id: among((row) => row.modelVersionId) }, select: { id: true, number: true, kind: true, classSetId: true } }),
      database.flag.findMany({ where: { predictionId: among((row) => row.id), reason: { not: 'audit' } } }),
      database.classSet.findMany({ where: { projectId } }),
    ]);
    const cameras = await database.camera.findMany({ where: { id: { in: arrivals.flatMap(({ cameraId }) => cameraId ?? []) } }, select: { id: true, name: true } });
    const byId = <T extends { id: string }>(list: readonly T[]) => new Map(list.map((each) => [each.id, each]));
    const [imageBy, arrivalBy, versionBy, cameraBy, classSetBy] = [byId(images), byId(arrivals), byId(versions), byId(cameras), byId(classSets)];
    return rows.flatMap((row) => {
      const [image, arrival, version] = [imageBy.get(row.imageId), arrivalBy.get(row.arrivalId), versionBy.get(row.modelVersionId)];
      if (image === undefined || arrival === undefined || version === undefined) return [];
      const classes = (classSetBy.get(version.classSetId)?.classes ?? []) as unknown as ProjectClass[];
      return [{
        id: row.id, imageId: row.imageId, arrivalId: row.arrivalId, sha256: image.sha256, modelVersion: { id: version.id, number: version.number, kind: version.kind },
        classes: row.probabilities.map((probability, at) => ({ classId: classes[at]?.classId ?? at, name: classes[at]?.name ?? String(at), probability })).toSorted((a, b) => b.probability - a.probability),
        topClassId: row.topClassId, confidence: row.confidence, margin: row.margin, novelty: row.novelty,
        flags: flags.filter((flag) => flag.predictionId === row.id).map(({ reason, value, threshold }) => ({ reason: reason as FlagReason, value, threshold }))
          .toSorted((a, b) => flagReasonOrder.indexOf(a.reason) - flagReasonOrder.indexOf(b.reason)),
        camera: arrival.cameraId === null ? null : (cameraBy.get(arrival.cameraId)?.name ?? null), capturedAt: arrival.capturedAt, createdAt: row.createdAt,
      }];
    });
  }

  return {
    async list(projectId, { after, limit, flag, camera, classId }) {
      const found = await database.$queryRaw<{ id: string }[]>`
        SELECT p."id"::text AS id FROM "Prediction" p WHERE p."projectId" = ${projectId}::uuid
        ${after === undefined ? Prisma.empty : Prisma.sql`AND p."id" < ${after}::uuid`}
        ${classId === undefined ? Prisma.empty : Prisma.sql`AND p."topClassId" = ${classId}`}
        ${flag === undefined ? Prisma.empty : Prisma.sql`AND EXISTS (SELECT FROM "Flag" f WHERE f."predictionId" = p."id" AND f."reason" = ${flag})`}
        ${camera === undefined ? Prisma.empty : Prisma.sql`AND EXISTS (SELECT FROM "Arrival" a JOIN "Camera" c ON c."id" = a."cameraId" WHERE a."id" = p."arrivalId" AND c."name" = ${camera})`}
        ORDER BY p."id" DESC LIMIT ${limit + 1}`;
      const page = found.slice(0, limit).map(({ id }) => id);
      const rows = await database.prediction.findMany({ where: { id: { in: page } }, orderBy: { id: 'desc' } });
      return { items: await tell(projectId, rows), next: found.length > limit ? (page.at(-1) ?? null) : null };
    },
    async one(projectId, id) {
      const row = await database.prediction.findFirst({ where: { id, projectId } });
      return row === null ? null : ((await tell(projectId, [row]))[0] ?? null);
    },
    report: ({ projectId, predictionId, by, classId, comment, blind, value, answersWanted }) => database.$transaction(async (transaction) => {
      const prediction = await transaction.prediction.findFirst({ where: { id: predictionId, projectId } });
      if (prediction === null) throw new PerennialError('PREDICTION_NOT_FOUND');
      const { count } = await transaction.flag.createMany({ data: [{ id: uuidv7(), projectId, predictionId, reason: 'reported', value: null, threshold: null, createdBy: by }], skipDuplicates: true });
      await transaction.historyEvent.create({ data: { id: uuidv7(), projectId, actor: by, action: 'prediction.reported', subject: predictionId, after: { classId, comment } } });
      const arrival = await transaction.arrival.findUnique({ where: { id: prediction.arrivalId }, select: { burstKey: true } });
      // One item a prediction: of two reports at once the second finds the first one's.
      await transaction.reviewItem.createMany({
        data: [{ id: uuidv7(), projectId, imageId: prediction.imageId, predictionId, purpose: 'flagged', blind, value, answersWanted, burstKey: arrival?.burstKey ?? null, state: 'waiting' }], skipDuplicates: true,
      });
      const item = await transaction.reviewItem.findFirst({ where: { predictionId }, select: { id: true } });
      return count === 0
        ? { outcome: 'skipped' as const, why: 'This prediction was reported before.', reviewItemId: item?.id ?? null }
        : { outcome: 'done' as const, why: 'A person will look at it.', reviewItemId: item?.id ?? null };
    }),
  };
}
