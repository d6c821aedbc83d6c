/** One effect for each key its caller chose; adapters/postgres keeps it. */
export interface KeyedReplies {
  take(client: string, key: string, bodyHash: string): Promise<{ status: number; reply: unknown } | null>;
  /** Says that the work for a key goes on; a key that nobody speaks for is free again after some seconds. */
  keep(client: string, key: string): Promise<void>;
  store(client: string, key: string, status: number, reply: unknown): Promise<void>;
  free(client: string, key: string): Promise<void>;
}
