import '../styles-models.css';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { HindsightScreen } from '../features/models/hindsight-screen.tsx';

export function HindsightPage() {
  const chosen = useSearch({ from: '/p/$project/models/hindsight' });
  const navigate = useNavigate({ from: '/p/$project/models/hindsight' });
  return <HindsightScreen chosen={chosen} choose={(next) => { void navigate({ search: next, replace: true }); }} />;
}
