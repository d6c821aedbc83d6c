import type { ModelDetails } from '../../domain/ports-model-details.ts';
import type { Database } from './connection.ts';
import { promotionOf, reportOf } from './model-repository.ts';

const rowsMax = 100;

/** What is known about one model version beside the version itself. */
export function createModelDetails(database: Database): ModelDetails {
  return {
    async run(runId) {
      const row = await database.run.findUnique({ where: { id: runId } });
      return row === null ? null : { ...row, parameters: row.parameters as Record<string, unknown>, metrics: row.metrics as Record<string, number> | null };
    },
    reports: async (projectId, challengerId) => (await database.gateReport.findMany({ where: { projectId, challengerId }, orderBy: { createdAt: 'desc' }, take: rowsMax })).map(reportOf),
    promotions: async (projectId, id) => (await database.promotion.findMany({ where: { projectId, OR: [{ toId: id }, { fromId: id }] }, orderBy: { sequence: 'desc' }, take: rowsMax })).map(promotionOf),
  };
}
