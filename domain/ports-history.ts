/** Who did what, when, before and after. */
export interface HistoryEntry {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly actorName: string | null;
  readonly action: string;
  readonly subject: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What to look for; null is anything. An action that ends in a star stands for all that begin so. */
export interface HistoryFilter {
  readonly actor: string | null;
  readonly action: string | null;
  readonly except: string | null;
  readonly subject: string | null;
  /** Older than this event. */
  readonly after: string | null;
  readonly limit: number;
}

/** Newest first. */
export interface HistoryReader {
  events(projectId: string, filter: HistoryFilter): Promise<readonly HistoryEntry[]>;
}
