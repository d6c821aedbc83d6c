import type { z } from 'zod';
import type { trainingProgressSchema } from '../../../../contracts/training.ts';
import { formatFigure, formatHours, formatNumber, formatShare, t } from '../../messages/index.ts';

type Told = z.output<typeof trainingProgressSchema>;

/** What a trainer last told: how far it is, how fast, and how long it still takes. Nothing where it tells nothing. */
export function Progress({ progress }: { progress: Told | null }) {
  if (progress === null) return null;
  const { candidate, epoch, epochs, loss, images, of, imagesPerSecond, secondsLeft, device } = progress;
  const share = images !== undefined && of !== undefined && of > 0 ? Math.min(1, images / of) : null;
  const said = [
    candidate !== undefined && candidate !== '' ? candidate : null,
    epoch !== undefined && epochs !== undefined ? t('training.epoch', { epoch, epochs }) : null,
    images !== undefined && of !== undefined ? t('training.images', { images, of }) : null,
    loss === undefined ? null : t('training.loss', { loss: formatFigure(loss) }),
    imagesPerSecond === undefined ? null : t('training.speed', { count: formatNumber(Math.round(imagesPerSecond)) }),
    secondsLeft === undefined ? null : t('training.left', { time: formatHours(secondsLeft / 3600) }),
    device ?? null,
  ].filter((each) => each !== null);
  return (
    <div className="training">
      {share !== null && <><progress value={share} max={1} aria-label={t('training.progress')} /> <span className="quiet">{formatShare(share)}</span></>}
      <p className="note-text quiet">{said.join(' · ')}</p>
    </div>
  );
}
