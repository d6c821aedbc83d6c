import { PerennialError } from '../../domain/errors.ts';
import type { LabelRecords } from '../../domain/ports-review.ts';
import type { ProjectClass } from '../../domain/prediction.ts';

export interface ImportLabelsDependencies {
  readonly labels: Pick<LabelRecords, 'importLabels'>;
  readonly classes: (projectId: string) => Promise<readonly ProjectClass[]>;
  readonly imageIds: (projectId: string, hashes: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Keeps which images belong together, so that no split parts them. */
  readonly rememberGroups: (projectId: string, groups: readonly { imageId: string; group: string }[]) => Promise<void>;
}

export interface ImportLabelsRequest {
  readonly projectId: string;
  readonly by: string;
  readonly labels: readonly { readonly sha256: string; readonly className: string; readonly group?: string | undefined }[];
}

/** Labels for images that are there already. All class names are known or nothing is written. @throws PerennialError CLASS_UNKNOWN */
export async function importLabels(deps: ImportLabelsDependencies, { projectId, by, labels }: ImportLabelsRequest) {
  const ids = new Map((await deps.classes(projectId)).map(({ classId, name }) => [name, classId]));
  const unknown = [...new Set(labels.map((each) => each.className).filter((name) => !ids.has(name)))];
  if (unknown.length > 0) throw new PerennialError('CLASS_UNKNOWN', undefined, { classes: unknown.slice(0, 20) });
  const grouped = labels.filter((each) => each.group !== undefined && each.group !== '');
  if (grouped.length > 0) {
    // Groups first: a freeze between the two must not find labels whose groups are not known yet.
    const images = await deps.imageIds(projectId, grouped.map((each) => each.sha256));
    await deps.rememberGroups(projectId, grouped.flatMap(({ sha256, group }) => { const imageId = images.get(sha256); return imageId === undefined ? [] : [{ imageId, group: group as string }]; }));
  }
  return deps.labels.importLabels({ projectId, by, labels: labels.map(({ sha256, className, group }) => ({ sha256, classId: ids.get(className) as number, group: group ?? null })) });
}
