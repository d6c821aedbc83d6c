import { t } from '../messages/index.ts';
import { GateFrame } from '../components/gate-frame.tsx';

export function NoProjectsPage() {
  return <GateFrame title={t('app.name')}><p>{t('app.noProjects')}</p></GateFrame>;
}
