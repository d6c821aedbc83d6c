export { HomeScreen as HomePage } from '../features/home/index.ts';
