import { buildManifest, diffRows, type ManifestRow } from '../../domain/manifest.ts';
import type { ObjectStore } from '../../domain/ports.ts';
import type { DatasetRecords, DatasetVersionRecord, LabelledImage } from '../../domain/ports-datasets.ts';
import type { ManifestSplit } from '../../domain/split-name.ts';
import { splitFor } from '../../domain/splits.ts';
import { objectKeyOf, readManifest } from './read-manifest.ts';

export interface FreezeDependencies {
  readonly records: DatasetRecords;
  readonly store: ObjectStore;
  readonly digestOf: (bytes: Uint8Array) => string;
  readonly classSetId: (projectId: string) => Promise<string>;
}

export interface FreezeReply {
  readonly outcome: 'done' | 'skipped';
  readonly why: string;
  readonly version: DatasetVersionRecord | null;
}

/** Objects written at once. */
const writesAtOnce = 16;

/**
 * Settled labels become a frozen, content-addressed version: objects that an earlier version wrote are not written again.
 * The same key makes one version; unchanged labels make none.
 */
export async function freezeDataset(deps: FreezeDependencies, request: { projectId: string; reason: string; key: string; by: string }): Promise<FreezeReply> {
  const { projectId } = request;
  const done = await deps.records.versionByKey(projectId, request.key);
  if (done !== null) return { outcome: 'done', why: `dataset version ${done.number} was frozen by an earlier try`, version: done };
  const labelled = await deps.records.labelled(projectId);
  if (labelled.length === 0) return { outcome: 'skipped', why: 'no image is labelled yet', version: null };
  const rows = await rowsOf(deps, projectId, labelled);
  const parent = await deps.records.latest(projectId);
  const { rootDigest, objects } = buildManifest(rows, deps.digestOf);
  if (parent?.rootDigest === rootDigest) return { outcome: 'skipped', why: `nothing changed since dataset version ${parent.number}`, version: null };
  const bytesWritten = await writeObjects(deps, projectId, objects);
  const version = await deps.records.insertVersion({
    projectId, key: request.key, reason: request.reason, createdBy: request.by, parentId: parent?.id ?? null, rootDigest, classSetId: await deps.classSetId(projectId),
    imageCount: rows.length, splitCounts: countBy(rows, (row) => row.split), classCounts: countBy(rows, (row) => String(row.classId)), bytesWritten,
  });
  return { outcome: 'done', why: `dataset version ${version.number} of ${rows.length} images`, version };
}

function countBy(rows: readonly ManifestRow[], keyOf: (row: ManifestRow) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[keyOf(row)] = (counts[keyOf(row)] ?? 0) + 1;
  return counts;
}

async function writeObjects(deps: FreezeDependencies, projectId: string, objects: ReadonlyMap<string, Uint8Array>): Promise<number> {
  let bytesWritten = 0;
  const entries = [...objects];
  for (let from = 0; from < entries.length; from += writesAtOnce) {
    await Promise.all(entries.slice(from, from + writesAtOnce).map(async ([digest, bytes]) => {
      if (await deps.store.exists(objectKeyOf(projectId, digest))) return;
      if (await deps.store.putIfAbsent(objectKeyOf(projectId, digest), bytes, 'application/jsonl')) bytesWritten += bytes.byteLength;
    }));
  }
  return bytesWritten;
}

/** Sides for all labelled images. New groups get theirs, for good; a holdout image's whole group stays out of training. */
async function rowsOf(deps: FreezeDependencies, projectId: string, labelled: readonly LabelledImage[]): Promise<ManifestRow[]> {
  const [known, groups] = await Promise.all([deps.records.assignments(projectId), deps.records.importGroups(projectId)]);
  const placed = labelled.map((image) => ({ image, groupKey: groups.get(image.imageId) ?? image.burstKey ?? `image/${image.sha256}` }));
  const sides = new Map(known);
  const fresh: { groupKey: string; split: ManifestSplit }[] = [];
  // Audit images first: a group that one of them is in is held out as a whole.
  for (const { image, groupKey } of placed.toSorted((a, b) => Number(b.image.audit) - Number(a.image.audit))) {
    if (sides.has(groupKey)) continue;
    const split = splitFor({ groupKey, origin: image.audit ? 'audit' : image.source === 'import' ? 'start' : 'flagged' });
    sides.set(groupKey, split);
    fresh.push({ groupKey, split });
  }
  await deps.records.assign(projectId, fresh);
  const rows = placed.map(({ image, groupKey }) => ({ image, row: rowOf(image, groupKey, sides.get(groupKey) ?? 'train') }));
  await deps.records.addHoldout(projectId, rows.flatMap(({ image, row }) => (row.split !== 'test' || (image.source !== 'import' && !image.audit) ? [] : [{
    holdout: image.audit ? 'audit' as const : 'reference' as const, imageId: image.imageId, groupKey: row.group, weight: image.audit && image.auditShare > 0 ? 1 / image.auditShare : 1, eventAt: image.eventAt,
  }])));
  return rows.map(({ row }) => row);
}

const rowOf = (image: LabelledImage, group: string, split: ManifestSplit): ManifestRow => ({ imageId: image.imageId, sha256: image.sha256, classId: image.classId, labelId: image.labelId, split, group });

/** What differs between two versions; `from` null compares with nothing. */
export async function diffVersions(deps: Pick<FreezeDependencies, 'store' | 'digestOf'>, projectId: string, from: DatasetVersionRecord | null, to: DatasetVersionRecord) {
  const [before, after] = await Promise.all([from === null ? [] : readManifest(deps, projectId, from.rootDigest), readManifest(deps, projectId, to.rootDigest)]);
  return diffRows(before, after);
}
