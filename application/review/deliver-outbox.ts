import type { OutboxRecords } from '../../domain/ports-outbox.ts';
import type { Workflows } from '../../domain/ports-workflows.ts';

const batchMax = 1_000;

/** Tells each round once for a batch of its settled items. A relay killed between telling and marking tells twice, which does no harm. */
export async function deliverOutbox(deps: { outbox: OutboxRecords; workflows: Pick<Workflows, 'itemsSettled'> }): Promise<number> {
  const rows = await deps.outbox.undelivered(batchMax);
  for (const [roundId, own] of Map.groupBy(rows, (row) => row.roundId)) {
    await deps.workflows.itemsSettled(own[0]?.projectId ?? '', roundId);
    await deps.outbox.markDelivered(own.map((row) => row.id));
  }
  return rows.length;
}
