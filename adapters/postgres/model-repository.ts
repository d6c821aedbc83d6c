import { v7 as uuidv7 } from 'uuid';
import { PerennialError } from '../../domain/errors.ts';
import type { GateReportRecord, ModelRecords, ModelVersion, Promotion, Run } from '../../domain/ports-models.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';
import type { Database } from './connection.ts';
import { Prisma } from './client/client.ts';

export const isUniqueClash = (error: unknown): boolean => error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
/** Numbers are given one after another; a clash means someone took ours meanwhile. */
const triesMax = 20;

type VersionRow = Awaited<ReturnType<Database['modelVersion']['findFirstOrThrow']>>;
type RunRow = Awaited<ReturnType<Database['run']['findFirstOrThrow']>>;

export const versionOf = (row: VersionRow): ModelVersion => ({
  ...row,
  kind: row.kind as ModelVersion['kind'],
  preprocessing: row.preprocessing as Preprocessing | null,
});
export const runOf = (row: RunRow): Run => ({ ...row, kind: row.kind as Run['kind'], state: row.state as Run['state'], metrics: row.metrics as Record<string, number> | null });
export const promotionOf = (row: Awaited<ReturnType<Database['promotion']['findFirstOrThrow']>>): Promotion => ({ ...row, kind: row.kind as Promotion['kind'] });
export const reportOf = (row: Awaited<ReturnType<Database['gateReport']['findFirstOrThrow']>>): GateReportRecord => ({
  ...row, verdict: row.verdict as GateReportRecord['verdict'], checks: row.checks as readonly unknown[],
});

/** Models in Postgres, which is right about who is champion: the promotion of the highest sequence says so. */
export function createModelRepository(database: Database): ModelRecords {
  const championRow = async (projectId: string) => {
    const last = await database.promotion.findFirst({ where: { projectId }, orderBy: { sequence: 'desc' } });
    return last === null ? null : { last, version: await database.modelVersion.findUnique({ where: { id: last.toId } }) };
  };
  return {
    async failRun(runId, why) {
      await database.run.updateMany({ where: { id: runId, state: 'running' }, data: { state: 'failed', failure: why.slice(0, 2_000), endedAt: new Date() } });
    },
    async startRun(run) {
      const { parameters, ...rest } = run;
      const data = { id: uuidv7(), state: 'running', parameters: parameters as Prisma.InputJsonObject, ...rest };
      try {
        return runOf(await database.run.create({ data }));
      } catch (error) {
        if (!isUniqueClash(error)) throw error;
        return runOf(await database.run.findUniqueOrThrow({ where: { projectId_key: { projectId: run.projectId, key: run.key } } }));
      }
    },
    async runById(runId) {
      const row = await database.run.findUnique({ where: { id: runId } });
      return row === null ? null : runOf(row);
    },
    async insertVersion(version, run) {
      for (let tries = 0; tries < triesMax; tries += 1) {
        const existing = await database.modelVersion.findUnique({ where: { projectId_key: { projectId: version.projectId, key: version.key } } });
        if (existing !== null) return versionOf(existing);
        const last = await database.modelVersion.findFirst({ where: { projectId: version.projectId }, orderBy: { number: 'desc' }, select: { number: true } });
        const { preprocessing, ...rest } = version;
        try {
          const data = { ...rest, id: uuidv7(), number: (last?.number ?? 0) + 1, preprocessing: preprocessing === null ? Prisma.DbNull : (preprocessing as unknown as Prisma.InputJsonObject) };
          const ended = run === undefined ? [] : [database.run.update({ where: { id: run.id }, data: { state: 'done', mlflowRunId: run.mlflowRunId, metrics: run.metrics, failure: null, endedAt: new Date() } })];
          const [row] = await database.$transaction([database.modelVersion.create({ data }), ...ended]);
          return versionOf(row);
        } catch (error) {
          if (!isUniqueClash(error)) throw error;
        }
      }
      throw new PerennialError('INTERNAL', 'A model version found no free number.');
    },
    async versionByKey(projectId, key) {
      const row = await database.modelVersion.findUnique({ where: { projectId_key: { projectId, key } } });
      return row === null ? null : versionOf(row);
    },
    async versionById(id) {
      const row = await database.modelVersion.findUnique({ where: { id } });
      return row === null ? null : versionOf(row);
    },
    async versionByNumber(projectId, number) {
      const row = await database.modelVersion.findUnique({ where: { projectId_number: { projectId, number } } });
      return row === null ? null : versionOf(row);
    },
    async versions(projectId, limit) {
      const rows = await database.modelVersion.findMany({ where: { projectId, kind: { not: 'elsewhere' } }, orderBy: { number: 'desc' }, take: limit });
      return rows.map(versionOf);
    },
    async champion(projectId) {
      const found = await championRow(projectId);
      return found?.version == null ? null : versionOf(found.version);
    },
    async insertGateReport({ checks, ...rest }, evaluations) {
      const { projectId, challengerId: modelVersionId } = rest;
      try {
        const [row] = await database.$transaction([
          database.gateReport.create({ data: { id: uuidv7(), ...rest, checks: checks as Prisma.InputJsonArray } }),
          database.evaluation.createMany({ data: evaluations.map((each) => ({ id: uuidv7(), projectId, modelVersionId, ...each, metrics: each.metrics as Prisma.InputJsonObject })) }),
        ]);
        return reportOf(row);
      } catch (error) {
        if (!isUniqueClash(error)) throw error;
        return reportOf(await database.gateReport.findUniqueOrThrow({ where: { projectId_key: { projectId: rest.projectId, key: rest.key } } }));
      }
    },
    async gateReports(projectId, limit) {
      return (await database.gateReport.findMany({ where: { projectId }, orderBy: { createdAt: 'desc' }, take: limit })).map(reportOf);
    },
    async gateReportFor(projectId, challengerId) {
      const row = await database.gateReport.findFirst({ where: { projectId, challengerId }, orderBy: { createdAt: 'desc' } });
      return row === null ? null : reportOf(row);
    },
    async promote(request) {
      const done = await database.promotion.findUnique({ where: { projectId_key: { projectId: request.projectId, key: request.key } } });
      if (done !== null) return promotionOf(done);
      const now = await championRow(request.projectId);
      if ((now?.last.toId ?? null) !== request.fromId) throw new PerennialError('PROMOTION_CONFLICT');
      try {
        return await database.$transaction(async (transaction) => {
          const row = await transaction.promotion.create({ data: { id: uuidv7(), sequence: (now?.last.sequence ?? 0) + 1, ...request } });
          await transaction.historyEvent.create({
            data: {
              id: uuidv7(), projectId: request.projectId, actor: request.decidedBy, action: `model.${request.kind}`, subject: request.toId,
              before: request.fromId === null ? Prisma.DbNull : { champion: request.fromId }, after: { champion: request.toId, reason: request.reason },
            },
          });
          return promotionOf(row);
        });
      } catch (error) {
        if (!isUniqueClash(error)) throw error;
        // Someone took our place in the sequence, or the same key was sent twice at once.
        const same = await database.promotion.findUnique({ where: { projectId_key: { projectId: request.projectId, key: request.key } } });
        if (same !== null) return promotionOf(same);
        throw new PerennialError('PROMOTION_CONFLICT', undefined, {}, { cause: error });
      }
    },
    async promotionByKey(projectId, key) {
      const row = await database.promotion.findUnique({ where: { projectId_key: { projectId, key } } });
      return row === null ? null : promotionOf(row);
    },
    async promotions(projectId, limit) {
      return (await database.promotion.findMany({ where: { projectId }, orderBy: { sequence: 'desc' }, take: limit })).map(promotionOf);
    },
    automaticPromotionsOn: (projectId, eventDay) => database.promotion.count({ where: { projectId, eventDay, kind: 'promotion', decidedBy: 'gate' } }),
    async latestEventDay(projectId) {
      const row = await database.prediction.findFirst({ where: { projectId }, orderBy: { createdAt: 'desc' }, select: { eventAt: true } });
      return row === null ? null : row.eventAt.toISOString().slice(0, 10);
    },
    labelsSince: (projectId, after) => database.label.count({ where: { projectId, ...(after && { createdAt: { gt: after } }) } }),
  };
}
