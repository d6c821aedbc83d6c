export { HomeScreen } from './home-screen.tsx';
export { OpenRoundButton } from './open-round.tsx';
