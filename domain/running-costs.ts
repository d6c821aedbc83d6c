/** What answering takes one model, measured alone, one image at a time. */
export interface RunningCost {
  /** Of each run, in the order of the runs. */
  readonly latenciesMs: readonly number[];
  /** Most memory that loading and running took, beyond what the program takes without a model. */
  readonly memoryBytes: number;
}

/** Of both contenders, measured in turn on one machine. */
export type RunningCosts =
  /** The challenger is another head on the champion's backbone: there is nothing to measure. */
  | { readonly kind: 'same_backbone' }
  | { readonly kind: 'measured'; readonly champion: RunningCost; readonly challenger: RunningCost }
  /** One of them did not run within the limits. */
  | { readonly kind: 'failed'; readonly which: 'champion' | 'challenger'; readonly code: string; readonly sentence: string };
