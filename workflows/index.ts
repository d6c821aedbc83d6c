export { collectPredictions } from './collect-predictions.ts';
export { routeForReview } from './route-for-review.ts';
export { retrainLight } from './retrain-light.ts';
export { retrainFull } from './retrain-full.ts';
export { huntLabels } from './hunt-labels.ts';
export { promoteModel } from './promote-model.ts';
export { walkRoad } from './walk-road.ts';
export { drillRollback } from './drill-rollback.ts';
