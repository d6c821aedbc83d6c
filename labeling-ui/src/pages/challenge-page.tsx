import '../styles-models.css';
import { useParams } from '@tanstack/react-router';
import { ChallengeScreen } from '../features/challenges/challenge-screen.tsx';

export function ChallengePage() {
  const { challenge } = useParams({ from: '/p/$project/challenges/$challenge' });
  return <ChallengeScreen key={challenge} id={challenge} />;
}
