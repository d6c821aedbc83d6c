import '../styles-models.css';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { CompareScreen } from '../features/models/compare-screen.tsx';

export function ComparePage() {
  const chosen = useSearch({ from: '/p/$project/models/compare' });
  const navigate = useNavigate({ from: '/p/$project/models/compare' });
  return <CompareScreen chosen={chosen} choose={(next) => { void navigate({ search: next, replace: true }); }} />;
}
