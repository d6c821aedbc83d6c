import { defaultPolicy, type Policy } from '../../domain/policy.ts';
import type { ReplayOptions } from './options.ts';

/**
 * The policy of a replayed project. Flagging is wide open, so that the round's budget, not a threshold, decides what people
 * see; nothing starts by itself, so that the replay's clock and not the wall's decides when rounds and retrains come.
 */
export function replayPolicy({ budget, onCannotTell }: Pick<ReplayOptions, 'budget' | 'onCannotTell'>): Policy {
  return {
    ...defaultPolicy,
    flagging: { ...defaultPolicy.flagging, confidenceMin: 0.98, marginMin: 0.95, perClass: [], noveltyMax: null, sharpnessMin: null },
    audit: { share: 0.04 },
    review: { ...defaultPolicy.review, itemsMax: 20_000, shareMax: budget, openAtFlags: 0 },
    retrain: { afterLabels: 0, labelsMin: 1 },
    gate: { ...defaultPolicy.gate, onCannotTell },
  };
}
