import type { ChallengeReply } from '../../../../contracts/challenges.ts';
import { formatNumber, t } from '../../messages/index.ts';

type Stage = ChallengeReply['stage'];

/** Where a challenger stands, in words. */
export const stageInWords = (stage: Stage, canaryPercent: number): string =>
  (stage === null ? t('road.stage.waits') : stage === 'canary' ? t('road.stage.canaryAt', { percent: formatNumber(canaryPercent) }) : t(`road.stage.${stage}`));

const ended: readonly Stage[] = ['done', 'aborted', 'rolled_back', 'replaced', 'cleared'];
export const isOver = (stage: Stage): boolean => ended.includes(stage);

/** "Ada (usr_1)": the name alone is for reading. */
export const personOf = (by: string): string => by.replace(/ \([^()]*\)$/, '');
