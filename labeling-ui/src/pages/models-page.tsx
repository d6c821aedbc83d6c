import '../styles-models.css';
export { ModelsScreen as ModelsPage } from '../features/models/index.ts';
