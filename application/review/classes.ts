import type { z } from 'zod';
import type { classesSchema } from '../../contracts/classes.ts';
import type { ClassRecords, EvidenceRecords } from '../../domain/ports-review.ts';

export interface ClassesDependencies {
  readonly reviews: ClassRecords & Pick<EvidenceRecords, 'labelCounts'>;
}

/** The classes of today, what became of those that went, and what people proposed. */
export async function listClasses(deps: ClassesDependencies, projectId: string): Promise<z.input<typeof classesSchema>> {
  const [{ version, classes }, counts, changes, names, proposals] = await Promise.all([
    deps.reviews.classesNow(projectId), deps.reviews.labelCounts(projectId), deps.reviews.classChanges(projectId), deps.reviews.everyClassName(projectId), deps.reviews.proposals(projectId),
  ]);
  const labels = new Map(counts.map((each) => [each.classId, each.count]));
  const taken = new Set(classes.map((each) => each.name.toLowerCase()));
  return {
    version,
    classes: classes.map(({ classId, name, description }) => ({ classId, name, description: description ?? null, labels: labels.get(classId) ?? 0 })),
    gone: changes.flatMap(({ kind, from, into, at }) => (kind !== 'merge' && kind !== 'split' ? [] : from.map((classId) => ({ classId, name: names.get(classId) ?? String(classId), how: kind === 'merge' ? 'merged' as const : 'split' as const, into: [...into], at: at.toISOString() })))),
    proposals: proposals.filter((each) => !taken.has(each.name.toLowerCase())).map((each) => ({ ...each, comments: [...each.comments], newestAt: each.newestAt.toISOString() })),
  };
}
