export { ModelsScreen as ModelsPage } from '../features/models/index.ts';
