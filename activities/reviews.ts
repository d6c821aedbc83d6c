import type { CollectInput, HuntInput, RouteForReviewInput, StepOutcome } from '../contracts/workflows.ts';

export interface ReviewActivitiesDependencies {
  readonly collect: (input: CollectInput) => Promise<StepOutcome & { roundId: string | null }>;
  readonly roundState: (input: RouteForReviewInput) => Promise<RoundState>;
  readonly close: (input: RouteForReviewInput & { because: string }) => Promise<StepOutcome>;
  readonly hunt: (input: HuntInput) => Promise<StepOutcome & { looked: number; disputed: number; items: number }>;
  readonly labelsSinceTraining: (projectId: string) => Promise<{ labels: number; startAt: number }>;
}

/** Where a round stands, in figures: what a workflow waits by. */
export interface RoundState {
  readonly state: 'open' | 'closed';
  readonly left: number;
  readonly settled: number;
  readonly deadlineInMs: number;
}

/** Steps of review: ids in, words and figures out, never images. */
export function createReviewActivities(deps: ReviewActivitiesDependencies) {
  return {
    collectRound: (input: CollectInput) => deps.collect(input),
    roundState: (input: RouteForReviewInput) => deps.roundState(input),
    closeRound: (input: RouteForReviewInput & { because: string }) => deps.close(input),
    /** Disputed labels go to an adjudicator; run again, it disputes none twice. */
    huntLabelErrors: (input: HuntInput) => deps.hunt(input),
    /** Whether enough labels came since the last training to start one early. */
    async enoughLabels(projectId: string): Promise<boolean> {
      const { labels, startAt } = await deps.labelsSinceTraining(projectId);
      return startAt > 0 && labels >= startAt;
    },
  };
}
export type ReviewActivities = ReturnType<typeof createReviewActivities>;
