import { type Random, shuffled } from '../statistics/random.ts';

/** What a split needs to know of an image. */
export interface SplitItem {
  /** class index or id */
  readonly label: number;
  /** burst, near-duplicate set or camera-day; images of one group stay together */
  readonly group: string;
}

/**
 * Parts images into `folds` of about equal size and class mix, never parting a group: groups are dealt in random
 * order, large ones first, each to the fold that lacks its classes most. Same items and seed, same folds.
 *
 * @param folds how many, ≥ 1
 * @returns the fold (0 … folds − 1) of each item; folds may be empty when there are fewer groups
 */
export function assignFolds(items: readonly SplitItem[], folds: number, random: Random): Int32Array {
  return assign(items, Array.from({ length: folds }, () => 1 / folds), random);
}

/**
 * Sets a share of the images aside for validation, balanced by class and never parting a group.
 *
 * @param share of the images, 0 to 1; the nearest that whole groups allow
 * @returns true for the images set aside
 */
export function splitForValidation(items: readonly SplitItem[], share: number, random: Random): boolean[] {
  return Array.from(assign(items, [1 - share, share], random), (part) => part === 1);
}

function assign(items: readonly SplitItem[], shares: readonly number[], random: Random): Int32Array {
  const classTotals = countBy(items.map((item) => item.label));
  const room = shares.map((share) => new Map([...classTotals].map(([label, count]) => [label, share * count])));
  const parts = new Map<string, number>();
  for (const { group, counts } of groupsLargestFirst(items, random)) {
    const part = emptiestFor(counts, room, classTotals);
    parts.set(group, part);
    const left = room[part] as Map<number, number>;
    for (const [label, count] of counts) left.set(label, (left.get(label) as number) - count);
  }
  return Int32Array.from(items, (item) => parts.get(item.group) as number);
}

/** The part with most room left for these classes, each class counted by its share so that rare ones matter as much. */
function emptiestFor(
  counts: ReadonlyMap<number, number>,
  room: readonly ReadonlyMap<number, number>[],
  classTotals: ReadonlyMap<number, number>,
): number {
  let best = 0;
  let bestRoom = -Infinity;
  room.forEach((left, part) => {
    let value = 0;
    for (const [label, count] of counts) {
      value += (count * (left.get(label) as number)) / (classTotals.get(label) as number);
    }
    if (value > bestRoom + 1e-12) [best, bestRoom] = [part, value];
  });
  return best;
}

function groupsLargestFirst(items: readonly SplitItem[], random: Random): { group: string; counts: Map<number, number> }[] {
  const labels = new Map<string, number[]>();
  for (const { group, label } of items) {
    const known = labels.get(group);
    if (known === undefined) labels.set(group, [label]);
    else known.push(label);
  }
  // Sorted first, so that the order in which images were read does not matter to the shuffle.
  const names = shuffled([...labels.keys()].toSorted(), random);
  return names
    .map((group) => ({ group, size: (labels.get(group) as number[]).length, counts: countBy(labels.get(group) as number[]) }))
    .toSorted((a, b) => b.size - a.size);
}

function countBy(labels: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
