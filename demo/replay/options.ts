/** How a stream is replayed. Shares are 0 to 1. */
export interface ReplayOptions {
  /** Name of the project that the replay makes. */
  readonly project: string;
  /** Folder with index.csv. */
  readonly stream: string;
  readonly seed: number;
  /** Several seeds: a project each, and their figures together. `seed` is then left alone. */
  readonly seeds?: readonly number[];
  /** Share of each period's images that arrive; the rest is the period's exam and is never stored. */
  readonly learn: number;
  /** Share of a period's arrivals that people may be asked about, audit included. */
  readonly budget: number;
  readonly roundsPerPeriod: number;
  readonly errorRate: number;
  readonly onCannotTell: 'wait' | 'promoteIfSuperior';
  readonly periods?: readonly string[];
  readonly limitPerPeriod?: number;
}
