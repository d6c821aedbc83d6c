import { ReviewScreen } from '../features/review/index.ts';
import { useProjectSlug } from '../features/session/index.ts';

export function ReviewPage() {
  const project = useProjectSlug();
  return <ReviewScreen key={project} project={project} />;
}
