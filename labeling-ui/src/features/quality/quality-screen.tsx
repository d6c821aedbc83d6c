import { PageFrame } from '../../components/page-frame.tsx';
import { t } from '../../messages/index.ts';
import { useMay } from '../session/index.ts';
import { Agreement } from './agreement.tsx';
import { GoldImages } from './gold-images.tsx';
import { HiddenPictures } from './hidden-pictures.tsx';

/** How good the answers are, each part for who may see it. */
export function QualityScreen({ project }: { project: string }) {
  const may = useMay();
  return (
    <PageFrame title={t('quality.title')} lead={t('quality.lead')}>
      <Agreement project={project} />
      {may('engineer') && <GoldImages project={project} />}
      {may('admin') && <HiddenPictures project={project} />}
    </PageFrame>
  );
}
