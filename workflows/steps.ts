import { proxyActivities } from '@temporalio/workflow';
import type { ReviewActivities } from '../activities/reviews.ts';
import type { TrainingActivities } from '../activities/training.ts';

/** A worker that dies is noticed by its missing heartbeat, which every step has: the step is given out again at once. */
const heartbeatTimeout = '15 seconds';

/** Short steps: a few reads and writes. */
export const { collectRound, roundState, closeRound, enoughLabels } = proxyActivities<ReviewActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

export const { freezeForRetrain, hasChampion, judge, promote, reconcile } = proxyActivities<TrainingActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** Fitting a head: seconds to minutes of computing, between which a heartbeat may be late. */
export const { trainVersion } = proxyActivities<TrainingActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});
