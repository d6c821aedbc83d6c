import { AdjudicateScreen } from '../features/adjudicate/index.ts';
import { useProjectSlug } from '../features/session/index.ts';

export function AdjudicatePage() {
  const project = useProjectSlug();
  return <AdjudicateScreen key={project} project={project} />;
}
