import type { ReviewItemReply } from '../../../../contracts/reviews.ts';
import { formatFigure, formatShare, type MessageKey, t } from '../../messages/index.ts';
import type { Decision } from './save-queue.ts';

type Flag = NonNullable<ReviewItemReply['prediction']>['flags'][number];

/** A decision as a person would say it. */
export function decisionInWords(decision: Decision, classes: readonly { classId: number; name: string }[]): string {
  if (decision.kind === 'class') return classes.find((each) => each.classId === decision.classId)?.name ?? `#${decision.classId}`;
  if (decision.proposedName !== undefined) return t('adjudicate.proposed', { name: decision.proposedName });
  return t(`answer.${decision.kind}`);
}

/** Why an image was flagged, as a sentence with its figures. */
export function flagInWords({ reason, value, threshold }: Flag): string {
  const bare = { low_confidence: 'flag.bare.low_confidence', ambiguous: 'flag.bare.ambiguous', novel: 'flag.bare.novel', blurred: 'flag.bare.blurred' } as const satisfies Record<string, MessageKey>;
  switch (reason) {
    case 'low_confidence':
    case 'ambiguous': {
      if (value === null || threshold === null) return t(bare[reason]);
      // Sure enough, yet asked: the project says that a mistake of this kind is dear.
      const key = reason === 'low_confidence' && value >= threshold ? 'flag.low_confidence.cost' : (`flag.${reason}` as const);
      return t(key, { value: formatShare(value), threshold: formatShare(threshold) });
    }
    case 'novel':
    case 'blurred':
      return value === null || threshold === null ? t(bare[reason]) : t(`flag.${reason}`, { value: formatFigure(value), threshold: formatFigure(threshold) });
    case 'drift': case 'disagreement': case 'reported': case 'audit':
      return t(`flag.${reason}`);
  }
}
