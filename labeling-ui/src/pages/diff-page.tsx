import '../styles-models.css';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { DiffScreen } from '../features/datasets/diff-screen.tsx';

export function DiffPage() {
  const chosen = useSearch({ from: '/p/$project/datasets/diff' });
  const navigate = useNavigate({ from: '/p/$project/datasets/diff' });
  return <DiffScreen chosen={chosen} choose={(next) => { void navigate({ search: next, replace: true }); }} />;
}
