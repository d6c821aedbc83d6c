/** An image that is held out of training to judge by. */
export interface HoldoutImage {
  readonly imageId: string;
  readonly group: string;
  /** Captured, else received. */
  readonly eventAt: Date;
}

/** The audit holdout is the newest audited images: all of the last weeks, and at least so many. */
export const auditHoldout = { days: 90, imagesMin: 500 } as const;

/** Decisions after which the reference holdout is worn out: each look teaches a little about it (Dwork and others 2015). */
export const referenceLooksMax = 20;

const dayMs = 24 * 3600 * 1000;

/**
 * Groups of the audit holdout that a newer one has taken the place of. They may train from then on. A group goes as a whole,
 * when all of its images are older than the window, and only as long as the least number of newer images stays.
 * @param newest the latest event time of the project: a replay moves it
 */
export function groupsToRetire(members: readonly HoldoutImage[], newest: Date, { days, imagesMin }: { days: number; imagesMin: number } = auditHoldout): readonly string[] {
  const from = newest.getTime() - days * dayMs;
  const groups = [...Map.groupBy(members, (member) => member.group)]
    .map(([group, own]) => ({ group, images: own.length, lastAt: Math.max(...own.map((member) => member.eventAt.getTime())) }))
    .toSorted((a, b) => b.lastAt - a.lastAt || (a.group < b.group ? -1 : 1));
  let kept = 0;
  return groups.flatMap(({ group, images, lastAt }) => {
    if (lastAt < from && kept >= imagesMin) return [group];
    kept += images;
    return [];
  });
}
