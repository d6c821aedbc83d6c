export { ModelsScreen } from './models-screen.tsx';
export { RetrainPanel, useRetrain } from './retrain-panel.tsx';
