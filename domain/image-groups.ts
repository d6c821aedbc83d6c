import { type HashedImage, nearPairs } from './near-duplicates.ts';
import type { ManifestSplit } from './split-name.ts';

/** An image that belongs to no group yet. */
export interface UngroupedImage extends HashedImage {
  readonly imageId: string;
  /** Null where it is not known: then it is a near copy of nothing. */
  readonly camera: string | null;
  /** What it belongs to by itself: the group given with its label, its burst, or itself alone. */
  readonly naturalKey: string;
  /** Groups of earlier images that it is a near copy of. */
  readonly nearGroups: readonly string[];
}

/** Groups that exist, with their side; null where a group has none yet. */
export type KnownGroups = ReadonlyMap<string, ManifestSplit | null>;

export interface GroupingResult {
  readonly groups: readonly { readonly imageId: string; readonly groupKey: string }[];
  /** Images that would tie groups of different sides together: they are on no side. */
  readonly apart: readonly string[];
}

/**
 * Groups new images, all those of a camera together: those of one burst, and near copies across bursts, are together, also by way of a
 * third. What touches one group that exists joins it. What touches groups of different sides would carry one side's
 * pictures into the other, so it is left out of both: sides are for good, and a holdout is worth more than a picture.
 * @param nearDuplicateBits as in the policy; below 0 looks at bursts alone
 */
export function groupImages(images: readonly UngroupedImage[], known: KnownGroups, nearDuplicateBits: number): GroupingResult {
  const sets = unionOf(images.length);
  const firstOf = new Map<string, number>();
  images.forEach(({ naturalKey, nearGroups }, at) => {
    // A group that exists stands in for its images: what is near it is together.
    for (const key of [naturalKey, ...nearGroups]) {
      const first = firstOf.get(key);
      if (first === undefined) firstOf.set(key, at);
      else sets.join(first, at);
    }
  });
  for (const [camera, own] of Map.groupBy(images.map((image, at) => ({ image, at })), (each) => each.image.camera)) {
    if (camera !== null) nearPairs(own.map((each) => each.image), nearDuplicateBits, (a, b) => sets.join(own[a]?.at ?? 0, own[b]?.at ?? 0));
  }
  const groups: { imageId: string; groupKey: string }[] = [];
  const apart: string[] = [];
  for (const members of Map.groupBy(images, (_, at) => sets.rootOf(at)).values()) {
    const keys = [...new Set(members.flatMap((each) => [each.naturalKey, ...each.nearGroups]))].toSorted();
    const existing = keys.filter((key) => known.has(key));
    if (tiesSides(existing, known)) {
      apart.push(...members.map((each) => each.imageId));
      continue;
    }
    const joined = existing[0] ?? keys[0] as string;
    groups.push(...members.map(({ imageId, naturalKey }) => ({ imageId, groupKey: known.has(naturalKey) ? naturalKey : joined })));
  }
  return { groups, apart };
}

/** Two groups whose sides differ, or are still to be given one by one, cannot be tied together any more. */
function tiesSides(existing: readonly string[], known: KnownGroups): boolean {
  if (existing.length < 2) return false;
  const sides = existing.map((key) => known.get(key) ?? null);
  return sides.includes(null) || new Set(sides).size > 1;
}

/** Sets that are joined by their members (union-find, halving the paths). */
function unionOf(count: number): { rootOf(at: number): number; join(a: number, b: number): void } {
  const parent = Int32Array.from({ length: count }, (_, at) => at);
  const rootOf = (at: number): number => {
    let each = at;
    while (parent[each] !== each) {
      parent[each] = parent[parent[each] as number] as number;
      each = parent[each] as number;
    }
    return each;
  };
  return { rootOf, join: (a, b) => { parent[rootOf(a)] = rootOf(b); } };
}
