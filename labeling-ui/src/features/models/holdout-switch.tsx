import { t } from '../../messages/index.ts';

export type HoldoutName = 'audit' | 'reference';
const holdouts = ['audit', 'reference'] as const;

/** Which holdout the figures are on, and what that holdout is for. */
export function HoldoutSwitch({ value, choose }: { value: HoldoutName; choose: (next: HoldoutName) => void }) {
  return (
    <div className="holdout">
      <div className="view-switch" role="group" aria-label={t('models.holdout')}>
        {holdouts.map((each) => <button key={each} type="button" aria-pressed={each === value} onClick={() => choose(each)}>{t(`models.holdout.${each}`)}</button>)}
      </div>
      <span className="quiet">{t(`models.holdout.${value}.text`)}</span>
    </div>
  );
}
