import { v7 as uuidv7 } from 'uuid';
import type { OutboxRecords } from '../../domain/ports-outbox.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';

export const itemSettled = 'item_settled';

/** Written in the transaction that changed the item: either both happened or neither. */
export async function tellRound(transaction: DatabaseOrTransaction, projectId: string, roundId: string | null): Promise<void> {
  if (roundId !== null) await transaction.outbox.create({ data: { id: uuidv7(), projectId, kind: itemSettled, subject: roundId } });
}

/** Items that left their rounds, until the relay has told the rounds. */
export function createOutboxRepository(database: Database): OutboxRecords {
  return {
    async undelivered(limit) {
      const rows = await database.outbox.findMany({ where: { kind: itemSettled, deliveredAt: null }, orderBy: { createdAt: 'asc' }, take: limit, select: { id: true, projectId: true, subject: true } });
      return rows.map(({ id, projectId, subject }) => ({ id, projectId, roundId: subject }));
    },
    async markDelivered(ids) {
      await database.outbox.updateMany({ where: { id: { in: [...ids] }, deliveredAt: null }, data: { deliveredAt: new Date() } });
    },
  };
}
