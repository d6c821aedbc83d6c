import '../styles-models.css';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { VersionScreen } from '../features/models/version-screen.tsx';

export function ModelVersionPage() {
  const { project, number } = useParams({ from: '/p/$project/models/$number' });
  const { holdout } = useSearch({ from: '/p/$project/models/$number' });
  const navigate = useNavigate({ from: '/p/$project/models/$number' });
  return <VersionScreen key={`${project}/${number}`} number={Number(number)} holdout={holdout ?? 'audit'} choose={(next) => { void navigate({ search: { holdout: next }, replace: true }); }} />;
}
