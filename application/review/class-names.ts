import type { ProjectClass } from '../../domain/prediction.ts';

/** Tells a class by name; one that is not there any more by its number. */
export function namer(classes: readonly ProjectClass[]): (classId: number) => string {
  const names = new Map(classes.map((each) => [each.classId, each.name]));
  return (classId) => names.get(classId) ?? String(classId);
}
