/** Settled items that their rounds were not told of yet. */
export interface OutboxRecords {
  undelivered(limit: number): Promise<readonly { id: string; projectId: string; roundId: string }[]>;
  markDelivered(ids: readonly string[]): Promise<void>;
}
