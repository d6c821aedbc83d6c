import type { z } from 'zod';
import type { datasetDiffSchema } from '../../../../contracts/datasets.ts';

export interface ClassCounts { readonly classId: number; readonly added: number; readonly removed: number; readonly from: number; readonly to: number }

/** The differences counted by class: `from` and `to` are labels that changed away from it and towards it. */
export function countByClass({ added, removed, changed }: z.output<typeof datasetDiffSchema>): ClassCounts[] {
  const rows = new Map<number, { classId: number; added: number; removed: number; from: number; to: number }>();
  const count = (classId: number, what: 'added' | 'removed' | 'from' | 'to'): void => {
    const row = rows.get(classId) ?? { classId, added: 0, removed: 0, from: 0, to: 0 };
    row[what] += 1;
    rows.set(classId, row);
  };
  for (const row of added) count(row.classId, 'added');
  for (const row of removed) count(row.classId, 'removed');
  for (const { before, after } of changed) if (before.classId !== after.classId) { count(before.classId, 'from'); count(after.classId, 'to'); }
  return [...rows.values()].toSorted((a, b) => a.classId - b.classId);
}
