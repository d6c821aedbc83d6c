import type { Random } from '../statistics/random.ts';
import { assignFolds } from './split.ts';
import type { TrainingSet } from './training-set.ts';

/** Marks images that are always trained on. */
export const NEVER_HELD_OUT = -1;

export interface ValidationFolds {
  /** fold of each image, or NEVER_HELD_OUT */
  readonly folds: Int32Array;
  /** folds to hold out in turn; empty when nothing can be */
  readonly heldOut: readonly number[];
}

/**
 * Folds by group. An image of a class that has only one group is never held out: without it the class could not be
 * learnt, and judging it would say nothing. A fold is used only if two classes remain to learn from without it.
 *
 * @param use how many of the folds to hold out: 1 is a plain validation split, `count` is cross-validation
 */
export function validationFolds(
  { targets, n, judgeWeights }: TrainingSet,
  groups: readonly string[],
  { count, use, random }: { count: number; use: number; random: Random },
): ValidationFolds {
  const counted = Array.from({ length: n }, (_, i) => i).filter((i) => (judgeWeights[i] as number) > 0);
  const groupsOf = new Map<number, Set<string>>();
  for (const i of counted) {
    const label = targets.labels[i] as number;
    groupsOf.set(label, (groupsOf.get(label) ?? new Set()).add(groups[i] as string));
  }
  const pinned = new Set(
    counted.filter((i) => groupsOf.get(targets.labels[i] as number)?.size === 1).map((i) => groups[i] as string),
  );
  const free = counted.filter((i) => !pinned.has(groups[i] as string));
  const items = free.map((i) => ({ label: targets.labels[i] as number, group: groups[i] as string }));
  const folds = new Int32Array(n).fill(NEVER_HELD_OUT);
  assignFolds(items, count, random).forEach((fold, position) => (folds[free[position] as number] = fold));
  const usable = Array.from({ length: count }, (_, fold) => fold).filter((fold) => {
    const rest = new Set(counted.filter((i) => folds[i] !== fold).map((i) => targets.labels[i]));
    return rest.size >= 2 && counted.some((i) => folds[i] === fold);
  });
  return { folds, heldOut: usable.slice(0, use) };
}
