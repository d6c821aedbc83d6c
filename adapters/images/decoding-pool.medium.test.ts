import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultPreprocessing } from '../../domain/preprocessing.ts';
import { createDecodingPool } from './decoding-pool.ts';
import { createSharpReader } from './sharp-reader.ts';
import { draw } from './testing/pictures.ts';

const entry = fileURLToPath(new URL('testing/dying-child.ts', import.meta.url));
const pools: { end(): void }[] = [];
afterEach(() => { for (const pool of pools.splice(0)) pool.end(); });

function createPool(wallMsMax = 20_000) {
  const deaths: number[] = [];
  const pool = createDecodingPool({ entry, wallMsMax, onDeath: (pictures) => deaths.push(pictures) });
  pools.push(pool);
  return { pool, deaths };
}
/** Bytes after the end of a picture are left alone by the decoder; the child of the tests reads its orders there. */
const withOrder = async (order: string, side = 40): Promise<Uint8Array> => Buffer.concat([await draw(side, 30).jpeg().toBuffer(), Buffer.from(order)]);

describe('F22 pictures that end the decoder', () => {
  it('are found and refused after at most two children; nobody else’s picture fails', async () => {
    const { pool, deaths } = createPool();
    const orders = Array.from({ length: 16 }, (_, at) => (at % 4 === 1 ? 'ABORT' : ''));
    const answers = await Promise.all(orders.map(async (order, at) => pool.read(await withOrder(order, 40 + at), defaultPreprocessing).then(({ width }) => width, (error: { code: string }) => error.code)));
    expect(answers).toEqual(orders.map((order, at) => (order === 'ABORT' ? 'IMAGE_CORRUPT' : 40 + at)));
    // Four of them, each with at most one child among others and one alone.
    expect(deaths.length).toBeLessThanOrEqual(8);
  }, 60_000);
  it('that hang are ended by the clock, and what waited behind them is answered', async () => {
    const { pool, deaths } = createPool(1_500);
    const [hanging, ...others] = await Promise.all([
      pool.read(await withOrder('HANG'), defaultPreprocessing).then(() => 'taken', (error: { code: string }) => error.code),
      ...[50, 51, 52].map(async (side) => pool.view(await withOrder('', side), 20).then(({ width }) => width)),
    ]);
    expect(hanging).toBe('IMAGE_CORRUPT');
    expect(others).toEqual([20, 20, 20]);
    expect(deaths.length).toBeLessThanOrEqual(2);
  }, 60_000);
});

it('a decoder that does not start is nobody’s picture’s fault', async () => {
  const pool = createDecodingPool({ entry: fileURLToPath(new URL('testing/no-such-child.ts', import.meta.url)) });
  pools.push(pool);
  await expect(pool.read(await withOrder(''), defaultPreprocessing)).rejects.toMatchObject({ code: 'SERVING_NOT_READY' });
}, 60_000);

describe('a picture decoded in a child', () => {
  it('is to the value what it is without one, and refused for the same reasons', async () => {
    const { pool } = createPool();
    const bytes = await draw(90, 60).jpeg().toBuffer();
    const reader = createSharpReader();
    for (const act of ['read', 'modelInput', 'modelView'] as const) expect(await pool[act](bytes, defaultPreprocessing)).toEqual(await reader[act](bytes, defaultPreprocessing));
    await expect(pool.read(new Uint8Array(), defaultPreprocessing)).rejects.toMatchObject({ code: 'IMAGE_EMPTY' });
    await expect(pool.read(Buffer.from('%PDF-1.7 and more'), defaultPreprocessing)).rejects.toMatchObject({ code: 'IMAGE_UNSUPPORTED_TYPE' });
    await expect(pool.read(bytes.subarray(0, 200), defaultPreprocessing)).rejects.toMatchObject({ code: 'IMAGE_CORRUPT' });
  }, 60_000);
});
