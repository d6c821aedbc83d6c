import { QualityScreen } from '../features/quality/index.ts';
import { useProjectSlug } from '../features/session/index.ts';

export function QualityPage() {
  return <QualityScreen project={useProjectSlug()} />;
}
