import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyHalfFloatRow, halfFloatRow, halfFloatsOf, toHalfFloats } from '../../domain/half-floats.ts';
import type { ObjectStore } from '../../domain/ports.ts';

/** Where one embedding is: a block and its row in it. */
export interface EmbeddingPlace {
  readonly blockId: string;
  readonly objectKey: string;
  readonly row: number;
  readonly dimensions: number;
}

export interface EmbeddingBlocks {
  /** Writes rows as one block of half floats. */
  write(objectKey: string, rows: readonly Float32Array[]): Promise<Uint8Array>;
  /** Reads the rows at the places given, each block once. */
  read(places: readonly EmbeddingPlace[]): Promise<readonly Float32Array[]>;
  /** The rows at the places given one after another in `into`: for many at once, without memory of its own for each. */
  readInto(places: readonly EmbeddingPlace[], into: Float32Array): Promise<void>;
}

/** Blocks fetched at once; each is one round trip. */
const fetchesAtOnce = 16;

/** Embedding blocks in the object store, read through a folder of files that may be thrown away at any time. */
export function createEmbeddingBlocks(deps: { store: ObjectStore; cacheDir: string }): EmbeddingBlocks {
  const fileOf = (blockId: string): string => join(deps.cacheDir, 'embeddings', blockId.slice(-2), `${blockId}.f16`);
  async function blockOf({ blockId, objectKey }: EmbeddingPlace): Promise<Uint8Array> {
    const file = fileOf(blockId);
    const cached = await readFile(file).catch(() => null);
    if (cached !== null) return cached;
    const bytes = await deps.store.get(objectKey);
    await mkdir(join(file, '..'), { recursive: true });
    // Written beside and moved: a reader never sees half a block.
    const beside = `${file}.${process.pid}.${Math.floor(performance.now() * 1000)}`;
    await writeFile(beside, bytes);
    await rename(beside, file);
    return bytes;
  }
  async function eachBlock(places: readonly EmbeddingPlace[], take: (block: Uint8Array, group: readonly { place: EmbeddingPlace; at: number }[]) => void): Promise<void> {
    const groups = [...Map.groupBy(places.map((place, at) => ({ place, at })), ({ place }) => place.blockId).values()];
    for (let from = 0; from < groups.length; from += fetchesAtOnce) {
      await Promise.all(groups.slice(from, from + fetchesAtOnce).map(async (group) => { take(await blockOf(group[0]!.place), group); }));
    }
  }
  return {
    async write(objectKey, rows) {
      const bytes = toHalfFloats(rows);
      await deps.store.put(objectKey, bytes);
      return bytes;
    },
    async read(places) {
      const rows: Float32Array[] = [];
      await eachBlock(places, (block, group) => {
        for (const { place, at } of group) rows[at] = halfFloatRow(block, place.row, place.dimensions);
      });
      return rows;
    },
    readInto: (places, into) => eachBlock(places, (block, group) => {
      const halves = halfFloatsOf(block);
      for (const { place, at } of group) copyHalfFloatRow(halves, place.row, place.dimensions, into, at * place.dimensions);
    }),
  };
}
