export { ChallengesPanel, Drills } from './challenges-panel.tsx';
