import type { ModelVersionReply } from '../../../../contracts/models.ts';
import { isMessageKey, t } from '../../messages/index.ts';

export const kindInWords = (kind: string): string => { const key = `models.kind.${kind}`; return isMessageKey(key) ? t(key) : kind; };

/** "Version 3, Light retrain, champion": as it stands in a list to choose from. */
export const versionName = (version: Pick<ModelVersionReply, 'number' | 'kind' | 'champion'>): string =>
  [t('models.versionTitle', { number: version.number }), kindInWords(version.kind), ...(version.champion ? [t('models.champion')] : [])].join(', ');
