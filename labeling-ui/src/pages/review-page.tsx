import { useSearch } from '@tanstack/react-router';
import { ReviewScreen } from '../features/review/index.ts';
import { useProjectSlug } from '../features/session/index.ts';

export function ReviewPage() {
  const project = useProjectSlug();
  const { view } = useSearch({ from: '/p/$project/review' });
  return <ReviewScreen key={project} project={project} view={view ?? 'single'} />;
}
