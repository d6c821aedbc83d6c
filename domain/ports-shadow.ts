import type { Route } from './challenge.ts';
import type { ServedModel } from './ports-predictions.ts';

/** The two models of a route, both loaded, as one request sees them. */
export interface Contest {
  readonly projectId: string;
  readonly route: Route;
  /** Who answers where the arm does not say otherwise: the champion. */
  readonly champion: ServedModel;
  /** The challenger until it is promoted, the champion before it in the bake. */
  readonly other: ServedModel;
}

/** What one of two models said of an image. */
export interface ContestAnswer {
  readonly modelVersionId: string;
  readonly classId: number;
  /** Calibrated, of that class. */
  readonly probability: number;
}

/** Both answers to one image: the one that was given, and the one nobody saw. */
export interface Comparison {
  readonly contest: Contest;
  readonly predictionId: string;
  readonly given: ContestAnswer;
  readonly unseen: ContestAnswer;
}

/** Where what is learnt of a challenger goes. Nothing here waits, and nothing throws: the champion's answer depends on none of it. */
export interface ShadowNotes {
  compared(comparison: Comparison): void;
  /** The other model did not answer; the champion did in its place. */
  failed(contest: Contest, error: unknown): void;
  /** Leave to run a backbone for an answer that nobody sees; null where enough of them run. Call it when the run has ended. */
  enter(): (() => void) | null;
}
