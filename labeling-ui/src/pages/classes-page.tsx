export { ClassesScreen as ClassesPage } from '../features/classes/index.ts';
