import { proxyActivities } from '@temporalio/workflow';
import type { ReviewActivities } from '../activities/reviews.ts';
import type { TrainingActivities } from '../activities/training.ts';

/** Short steps: a few reads and writes. */
export const { collectRound, roundState, closeRound, enoughLabels } = proxyActivities<ReviewActivities>({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

export const { freezeForRetrain, hasChampion, judge, promote, reconcile } = proxyActivities<TrainingActivities>({
  startToCloseTimeout: '10 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** Fitting a head: seconds to minutes; a worker that dies is noticed by its missing heartbeat. */
export const { trainVersion } = proxyActivities<TrainingActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});
