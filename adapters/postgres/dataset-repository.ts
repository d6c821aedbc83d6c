import { v7 as uuidv7 } from 'uuid';
import { PerennialError } from '../../domain/errors.ts';
import type { DatasetRecords, DatasetVersionRecord, LabelledImage } from '../../domain/ports-datasets.ts';
import type { ManifestSplit } from '../../domain/split-name.ts';
import { Prisma } from './client/client.ts';
import type { Database } from './connection.ts';

type Row = Awaited<ReturnType<Database['datasetVersion']['findFirstOrThrow']>>;
const versionOf = (row: Row): DatasetVersionRecord => ({ ...row, splitCounts: row.splitCounts as Record<string, number>, classCounts: row.classCounts as Record<string, number> });
const triesMax = 10;
/** Rows of one statement; Postgres takes 65,535 values in one. */
const rowsAtOnce = 5_000;
/** A group given with an imported label stands among the sides under this prefix until the image has one. */
const groupPrefix = 'import-group:';

/** Dataset versions, sides and holdouts in Postgres; the manifests themselves are in the object store. */
export function createDatasetRepository(database: Database): DatasetRecords {
  const find = async (where: Prisma.DatasetVersionWhereInput): Promise<DatasetVersionRecord | null> => {
    const row = await database.datasetVersion.findFirst({ where, orderBy: { number: 'desc' } });
    return row === null ? null : versionOf(row);
  };
  return {
    labelled: (projectId) => database.$queryRaw<LabelledImage[]>`
      SELECT i."id"::text AS "imageId", i."sha256", l."classId", l."id"::text AS "labelId", l."source", l."audit", COALESCE(p."auditShare", 1) AS "auditShare",
             a."burstKey", COALESCE(a."capturedAt", a."receivedAt") AS "eventAt"
      FROM (SELECT DISTINCT ON ("imageId") * FROM "Label" WHERE "projectId" = ${projectId}::uuid AND "regionId" IS NULL ORDER BY "imageId", "createdAt" DESC, "id" DESC) l
      JOIN "Image" i ON i."id" = l."imageId"
      LEFT JOIN LATERAL (SELECT * FROM "Arrival" WHERE "imageId" = i."id" ORDER BY "receivedAt" LIMIT 1) a ON true
      LEFT JOIN "ReviewItem" r ON r."id" = l."reviewItemId" LEFT JOIN "Prediction" p ON p."id" = r."predictionId"
      WHERE l."kind" = 'class' ORDER BY i."sha256"`,
    async assignments(projectId) {
      const rows = await database.splitAssignment.findMany({ where: { projectId, NOT: { groupKey: { startsWith: groupPrefix } } } });
      return new Map(rows.map((row) => [row.groupKey, row.split as ManifestSplit]));
    },
    async assign(projectId, sides) {
      for (let from = 0; from < sides.length; from += rowsAtOnce) {
        await database.splitAssignment.createMany({ data: sides.slice(from, from + rowsAtOnce).map((side) => ({ projectId, ...side })), skipDuplicates: true });
      }
    },
    async addHoldout(projectId, members) {
      for (let from = 0; from < members.length; from += rowsAtOnce) {
        await database.holdoutMember.createMany({ data: members.slice(from, from + rowsAtOnce).map((member) => ({ projectId, ...member })), skipDuplicates: true });
      }
    },
    async holdout(projectId, holdout) {
      const rows = await database.holdoutMember.findMany({ where: { projectId, holdout, retiredAt: null }, orderBy: { eventAt: 'desc' } });
      return rows.map(({ imageId, groupKey, weight, eventAt }) => ({ imageId, group: groupKey, weight, eventAt }));
    },
    async insertVersion(version) {
      for (let tries = 0; tries < triesMax; tries += 1) {
        const done = await find({ projectId: version.projectId, key: version.key });
        if (done !== null) return done;
        const last = await find({ projectId: version.projectId });
        try {
          return versionOf(await database.datasetVersion.create({ data: { id: uuidv7(), number: (last?.number ?? 0) + 1, ...version } }));
        } catch (error) {
          if (!(error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002')) throw error;
        }
      }
      throw new PerennialError('INTERNAL', 'A dataset version found no free number.');
    },
    versionByKey: (projectId, key) => find({ projectId, key }),
    versionById: (id) => find({ id }),
    versionByNumber: (projectId, number) => find({ projectId, number }),
    latest: (projectId) => find({ projectId }),
    versions: async (projectId, limit) => (await database.datasetVersion.findMany({ where: { projectId }, orderBy: { number: 'desc' }, take: limit })).map(versionOf),
    async importGroups(projectId) {
      const rows = await database.splitAssignment.findMany({ where: { projectId, groupKey: { startsWith: groupPrefix } } });
      return new Map(rows.map((row) => [row.groupKey.slice(groupPrefix.length, groupPrefix.length + 36), row.groupKey.slice(groupPrefix.length + 37)]));
    },
    async rememberGroups(projectId, groups) {
      await database.splitAssignment.createMany({ data: groups.map(({ imageId, group }) => ({ projectId, groupKey: `${groupPrefix}${imageId}/${group}`, split: 'none' })), skipDuplicates: true });
    },
  };
}
