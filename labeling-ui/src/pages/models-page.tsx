import '../styles-models.css';
import { ChallengesPanel, Drills } from '../features/challenges/index.ts';
import { ModelsScreen } from '../features/models/index.ts';
import { useMay, useProjectSlug } from '../features/session/index.ts';

export function ModelsPage() {
  const project = useProjectSlug();
  const mayAct = useMay()('engineer');
  return <ModelsScreen road={<ChallengesPanel project={project} mayAct={mayAct} />} drills={<Drills project={project} mayAct={mayAct} />} />;
}
