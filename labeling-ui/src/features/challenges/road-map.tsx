import type { ChallengeDetail } from '../../../../contracts/challenges.ts';
import { t } from '../../messages/index.ts';
import { stageInWords } from './words.ts';

const stations = ['shadow', 'canary', 'bake', 'done'] as const;

/** The road from shadow to champion, with the station where it stands; a road that ended early says so in the place of what did not come. */
export function RoadMap({ detail: { stage, canaryPercent, steps } }: { detail: Pick<ChallengeDetail, 'stage' | 'canaryPercent' | 'steps'> }) {
  const walked = new Set<string>(steps.map((step) => step.stage));
  const last = steps.toReversed().find((step) => (stations as readonly string[]).includes(step.stage))?.stage ?? null;
  const broken = stage === 'aborted' || stage === 'rolled_back' || stage === 'replaced' || stage === 'cleared';
  return (
    <ol className="road" aria-label={t('road.map')}>
      {stations.map((station) => {
        const here = station === last && !broken && stage !== null;
        return (
          <li key={station} data-state={here ? 'here' : walked.has(station) ? 'walked' : 'ahead'} aria-current={here ? 'step' : undefined}>
            <span>{station === 'canary' && here ? stageInWords('canary', canaryPercent) : t(`road.stage.${station}`)}</span>
            {here && stage === 'held' && <span className="quiet">{t('road.stage.held')}</span>}
          </li>
        );
      })}
      {broken && <li data-state="broken" aria-current="step"><span>{stageInWords(stage, canaryPercent)}</span></li>}
      {stage === null && <li data-state="here" aria-current="step"><span>{t('road.stage.waits')}</span></li>}
    </ol>
  );
}
