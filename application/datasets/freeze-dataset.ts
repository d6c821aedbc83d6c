import type { ManifestRow } from '../../domain/manifest.ts';
import { editManifest, type ManifestChange, type ManifestEdit } from '../../domain/manifest-edit.ts';
import { groupImages } from '../../domain/image-groups.ts';
import type { ObjectStore } from '../../domain/ports.ts';
import type { DatasetRecords, DatasetVersionRecord, FreezeRow, FreezeSession, FreezeStart } from '../../domain/ports-datasets.ts';
import { splitFor } from '../../domain/splits.ts';
import { createManifestNodes } from './read-manifest.ts';

export interface FreezeDependencies {
  readonly records: DatasetRecords;
  readonly store: ObjectStore;
  readonly digestOf: (bytes: Uint8Array) => string;
  readonly classSetId: (projectId: string) => Promise<string>;
  /** Bits in which the hashes of near copies differ at most; below 0 turns it off. */
  readonly nearDuplicateBits: (projectId: string) => Promise<number>;
}

export interface FreezeReply {
  readonly outcome: 'done' | 'skipped';
  readonly why: string;
  readonly version: DatasetVersionRecord | null;
}

interface FreezeRequest { readonly projectId: string; readonly reason: string; readonly key: string; readonly by: string }

/** Changed rows put into the tree at once: what a freeze holds in memory, whatever the size of the project. */
const rowsAtOnce = 20_000;

/**
 * Settled labels become a frozen, content-addressed version. It is made of the newest version and of what changed since:
 * only the leaves on the way to a changed image are read and written. The same key makes one version; unchanged labels none.
 */
export async function freezeDataset(deps: FreezeDependencies, request: FreezeRequest): Promise<FreezeReply> {
  const { projectId } = request;
  const made = await deps.records.versionByKey(projectId, request.key);
  if (made !== null) return madeBefore(made);
  const [classSetId, nearDuplicateBits] = await Promise.all([deps.classSetId(projectId), deps.nearDuplicateBits(projectId)]);
  const { result, version } = await deps.records.freezing<FreezeReply>(projectId, async (session, at) => {
    // The same key at the same moment: this one waited for the other.
    const done = await deps.records.versionByKey(projectId, request.key);
    if (done !== null) return { result: madeBefore(done), version: null };
    const apart = await placeImages(session, nearDuplicateBits);
    const { rootDigest, imageCount, splitCounts, classCounts, bytesWritten } = await putRows(deps, projectId, session, at);
    if (rootDigest === null) return { result: skipped('no image is labelled yet'), version: null };
    if (at.parent?.rootDigest === rootDigest) return { result: skipped(`nothing changed since dataset version ${at.parent.number}`), version: null };
    const left = apart === 0 ? '' : `, ${apart} left out because they are near copies of images on both sides`;
    return {
      result: { outcome: 'done', why: `of ${imageCount} images${left}`, version: null },
      version: {
        projectId, key: request.key, reason: request.reason, createdBy: request.by, parentId: at.parent?.id ?? null, classSetId, labelsUntil: at.until,
        rootDigest, imageCount, splitCounts, classCounts, bytesWritten,
      },
    };
  });
  return version === null ? result : { outcome: 'done', why: `dataset version ${version.number} ${result.why}`, version };
}

const madeBefore = (version: DatasetVersionRecord): FreezeReply => ({ outcome: 'done', why: `dataset version ${version.number} was frozen by an earlier try`, version });
const skipped = (why: string): FreezeReply => ({ outcome: 'skipped', why, version: null });

/**
 * Groups and sides for the images that have none. A new group gets its side for good; where an audit image is in it, all of
 * it is held out. @returns how many images are on no side
 */
async function placeImages(session: FreezeSession, nearDuplicateBits: number): Promise<number> {
  let apart = 0;
  for await (const images of session.ungrouped(nearDuplicateBits)) {
    const known = await session.knownGroups([...new Set(images.flatMap((each) => [each.naturalKey, ...each.nearGroups]))]);
    const result = groupImages(images, known, nearDuplicateBits);
    await session.remember(result.groups);
    apart += result.apart.length;
  }
  for await (const groups of session.unplaced()) {
    await session.place(groups.map(({ groupKey, audit, imported }) => ({ groupKey, split: splitFor({ groupKey, origin: audit ? 'audit' : imported ? 'start' : 'flagged' }) })));
  }
  await session.addHoldouts();
  return apart;
}

/** Puts what changed into the tree, a lot at a time, and keeps the counts of sides and classes along with it. */
async function putRows(deps: FreezeDependencies, projectId: string, session: FreezeSession, { base }: FreezeStart) {
  const nodes = createManifestNodes(deps, projectId);
  const [splitCounts, classCounts] = [{ ...base?.splitCounts }, { ...base?.classCounts }];
  const count = (change: ManifestChange): void => {
    for (const [row, by] of [[change.before, -1], [change.after, 1]] as const) {
      if (row === null) continue;
      add(splitCounts, row.split, by);
      add(classCounts, String(row.classId), by);
    }
  };
  let rootDigest = base?.rootDigest ?? null;
  let imageCount = base?.imageCount ?? 0;
  for (let after = ''; ;) {
    const rows = await session.rows(after, rowsAtOnce);
    if (rows.length === 0) break;
    ({ rootDigest, images: imageCount } = await editManifest(nodes, rootDigest, rows.map(editOf), count));
    if (rows.length < rowsAtOnce) break;
    after = rows.at(-1)?.sha256 ?? '';
  }
  return { rootDigest, imageCount, splitCounts, classCounts, bytesWritten: nodes.bytesWritten() };
}

function editOf({ imageId, sha256, kind, classId, labelId, group, split }: FreezeRow): ManifestEdit {
  const isRow = kind === 'class' && classId !== null && group !== null && split !== null;
  const row: ManifestRow | null = isRow ? { imageId, sha256, classId, labelId, split, group } : null;
  return { sha256, row };
}

function add(counts: Record<string, number>, name: string, by: number): void {
  const count = (counts[name] ?? 0) + by;
  if (count === 0) delete counts[name];
  else counts[name] = count;
}
