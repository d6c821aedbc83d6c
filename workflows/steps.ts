import { proxyActivities } from '@temporalio/workflow';
import type { FullRetrainActivities } from '../activities/full-retrain.ts';
import type { ReviewActivities } from '../activities/reviews.ts';
import type { RoadActivities } from '../activities/road.ts';
import type { TrainingActivities } from '../activities/training.ts';
import type { TrainerActivities } from '../contracts/training.ts';

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

/** A look reads figures; a step writes one row and waits for serving. */
export const { openChallenge, lookAtRoad, approveStep, stepOn, promoteChallenger, rollBackChallenger } = proxyActivities<RoadActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** There and back: serving loads a model each way. */
export const { drill } = proxyActivities<RoadActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumAttempts: 5 },
});

/** Fits a head a fold: minutes at most, and nothing waits for it. A failure is not worth more than three tries. */
export const { huntLabelErrors } = proxyActivities<ReviewActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '5 seconds', backoffCoefficient: 2, maximumAttempts: 3 },
});

/** Fitting a head: seconds to minutes of computing, between which a heartbeat may be late. */
export const { trainVersion } = proxyActivities<TrainingActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** One question to Temporal. */
export const { trainerListens } = proxyActivities<FullRetrainActivities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** Decoding every labelled image once, and embedding every one with a new backbone: up to hours for a large project. */
export const { prepareFull, registerFull, failFull } = proxyActivities<FullRetrainActivities>({
  startToCloseTimeout: '12 hours',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** On a training worker's own queue. A worker that dies is noticed by its missing heartbeat, and the next one goes on from the checkpoint. */
export const { trainFull } = proxyActivities<TrainerActivities>({
  // Stands in contracts/training.ts as trainerTaskQueue; workflows take types from there, no values.
  taskQueue: 'perennial-trainer',
  scheduleToStartTimeout: '3 days',
  startToCloseTimeout: '7 days',
  heartbeatTimeout: '20 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});
