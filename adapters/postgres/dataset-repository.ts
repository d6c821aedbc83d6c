import { v7 as uuidv7 } from 'uuid';
import type { DatasetRecords, DatasetVersionRecord } from '../../domain/ports-datasets.ts';
import type { Prisma } from './client/client.ts';
import type { Database } from './connection.ts';
import { openFreezeSession } from './freeze-session.ts';
import { holdoutStanding, retireAuditHoldout } from './holdout-acts.ts';
import { holdLabels } from './label-records.ts';
import { databaseNow, holdName } from './review-shared.ts';

type Row = Awaited<ReturnType<Database['datasetVersion']['findFirstOrThrow']>>;
const versionOf = (row: Row): DatasetVersionRecord => ({ ...row, splitCounts: row.splitCounts as Record<string, number>, classCounts: row.classCounts as Record<string, number> });
/** The first version of a large project reads everything once. */
const freezeMsMax = 60 * 60_000;

/** Dataset versions, sides and holdouts in Postgres; the manifests themselves are in the object store. */
export function createDatasetRepository(database: Database): DatasetRecords {
  const find = async (where: Prisma.DatasetVersionWhereInput): Promise<DatasetVersionRecord | null> => {
    const row = await database.datasetVersion.findFirst({ where, orderBy: { number: 'desc' } });
    return row === null ? null : versionOf(row);
  };
  return {
    async freezing(projectId, work) {
      return database.$transaction(async (transaction) => {
        await holdName(transaction, `freeze/${projectId}`);
        const until = await labelsUntil(database, projectId);
        const parent = await find({ projectId });
        const since = parent?.labelsUntil ?? null;
        const session = await openFreezeSession(transaction, projectId, since, until);
        const { result, version } = await work(session, { base: since === null ? null : parent, parent, until });
        if (version === null) return { result, version };
        return { result, version: versionOf(await transaction.datasetVersion.create({ data: { id: uuidv7(), number: (parent?.number ?? 0) + 1, ...version } })) };
      }, { timeout: freezeMsMax, maxWait: 60_000 });
    },
    async holdout(projectId, holdout) {
      const rows = await database.holdoutMember.findMany({ where: { projectId, holdout, retiredAt: null }, orderBy: { eventAt: 'desc' } });
      return rows.map(({ imageId, groupKey, weight, eventAt }) => ({ imageId, group: groupKey, weight, eventAt }));
    },
    holdoutStanding: (projectId) => holdoutStanding(database, projectId),
    retireAuditHoldout: (projectId, by) => retireAuditHoldout(database, projectId, by),
    versionByKey: (projectId, key) => find({ projectId, key }),
    versionById: (id) => find({ id }),
    versionByNumber: (projectId, number) => find({ projectId, number }),
    latest: (projectId) => find({ projectId }),
    versions: async (projectId, limit) => (await database.datasetVersion.findMany({ where: { projectId }, orderBy: { number: 'desc' }, take: limit })).map(versionOf),
    async rememberGroups(projectId, groups) {
      await database.importGroup.createMany({ data: groups.map((each) => ({ projectId, ...each })), skipDuplicates: true });
    },
  };
}

/** A moment that no label written later lies before: labels take their time under the same lock. */
async function labelsUntil(database: Database, projectId: string): Promise<Date> {
  return database.$transaction(async (transaction) => {
    await holdLabels(transaction, projectId);
    const [clock] = await transaction.$queryRaw<{ now: Date }[]>`SELECT ${databaseNow} AS now`;
    return clock?.now ?? new Date(0);
  }, { timeout: 60_000, maxWait: 60_000 });
}
