export { collectPredictions } from './collect-predictions.ts';
export { routeForReview } from './route-for-review.ts';
export { retrainLight } from './retrain-light.ts';
export { promoteModel } from './promote-model.ts';
