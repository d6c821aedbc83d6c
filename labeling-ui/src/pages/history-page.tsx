import '../styles-models.css';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { HistoryScreen } from '../features/history/history-screen.tsx';

export function HistoryPage() {
  const chosen = useSearch({ from: '/p/$project/history' });
  const navigate = useNavigate({ from: '/p/$project/history' });
  return <HistoryScreen chosen={chosen} choose={(next) => { void navigate({ search: next }); }} />;
}
