export { AdjudicateScreen } from './adjudicate-screen.tsx';
