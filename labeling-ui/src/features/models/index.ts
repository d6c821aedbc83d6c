export { ModelsScreen } from './models-screen.tsx';
export { RetrainPanel, useRetrain } from './retrain-panel.tsx';
export { Progress } from './training-progress.tsx';
