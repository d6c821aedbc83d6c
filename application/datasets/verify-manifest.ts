import type { ManifestRow } from '../../domain/manifest.ts';
import type { ManifestNodes } from '../../domain/manifest-edit.ts';
import { createTurnstile } from '../turnstile.ts';
import { createManifestNodes, type ReadManifestDependencies } from './read-manifest.ts';

export interface VerifiedPart {
  readonly objects: number;
  readonly images: number;
  readonly damaged: readonly string[];
}

/** Most lines of damage told of one part: the rest is counted by reading on after a repair. */
const damagedMax = 1_000;
const looksAtOnce = 16;

/**
 * Reads a version leaf by leaf and says what is damaged instead of stopping at the first.
 * @param part the images whose hash begins like this ('' for all), so that a caller can go part by part and show progress
 */
export async function verifyManifest(deps: ReadManifestDependencies, projectId: string, rootDigest: string, imageExists: (row: ManifestRow) => Promise<boolean>, part = ''): Promise<VerifiedPart> {
  const nodes: Pick<ManifestNodes, 'read'> = createManifestNodes(deps, projectId);
  const turn = createTurnstile(looksAtOnce);
  const damaged: string[] = [];
  let [objects, images] = [0, 0];
  const tell = (line: string): void => { if (damaged.length < damagedMax) damaged.push(line); };
  const walk = async (digest: string, prefix: string): Promise<void> => {
    // A node above the part belongs to its first one, so that all parts together count it once.
    if (/^0*$/.test(part.slice(prefix.length))) objects += 1;
    const node = await nodes.read(digest).catch((error: unknown) => ifDamaged(error));
    if (node === null) return tell(`manifest ${digest}`);
    if (node.kind === 'branch') {
      for (const [digit, child] of Object.entries(node.children).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
        const below = prefix + digit;
        if (below.startsWith(part) || part.startsWith(below)) await walk(child, below);
      }
      return;
    }
    const rows = node.rows.filter((row) => row.sha256.startsWith(part));
    images += rows.length;
    const found = await Promise.all(rows.map((row) => turn(() => imageExists(row))));
    rows.forEach((row, at) => { if (!found[at]) tell(`image ${row.sha256}`); });
  };
  await walk(rootDigest, '');
  return { objects, images, damaged };
}

/** A store that does not answer is no damage: it is told as what it is. */
function ifDamaged(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'DATASET_DAMAGED') return null;
  if (error instanceof SyntaxError) return null;
  throw error;
}
