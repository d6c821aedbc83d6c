import { v7 as uuidv7 } from 'uuid';
import type { Alerts } from '../../domain/ports-challenges.ts';
import type { Database } from './connection.ts';
import { holdName, inTransaction } from './review-shared.ts';

/** Alerts in Postgres. */
export function createAlertRepository(database: Database): Alerts {
  return {
    raise: (alert) => inTransaction(database, async (transaction) => {
      await holdName(transaction, `alerts/${alert.projectId}/${alert.kind}`);
      const open = await transaction.alert.findFirst({ where: { projectId: alert.projectId, kind: alert.kind, resolvedAt: null }, select: { id: true } });
      if (open === null) await transaction.alert.create({ data: { id: uuidv7(), ...alert } });
    }),
    async resolve(projectId, kind) {
      await database.alert.updateMany({ where: { projectId, kind, resolvedAt: null }, data: { resolvedAt: new Date() } });
    },
    open: (projectId) => database.alert.findMany({ where: { projectId, resolvedAt: null }, orderBy: { createdAt: 'desc' }, take: 100, select: { kind: true, sentence: true, createdAt: true } }),
    raisedSince: async (projectId, kind, since) => (await database.alert.count({ where: { projectId, kind, createdAt: { gte: since } } })) > 0,
  };
}
