import { expect, it } from 'vitest';
import { answerOf, noveltyOf } from '../../domain/head.ts';
import type { Head } from '../../domain/ports.ts';
import { createHeadProducts } from './head-products.ts';

const dimensions = 12;
const numbers = (length: number, from: number): Float32Array => Float32Array.from({ length }, (_, at) => Math.sin(7 * at + from));
const head = (more: Partial<Head>): Head => ({ classIds: [4, 9, 2], dimensions, weights: numbers(3 * dimensions, 1), bias: numbers(3, 2), temperature: 0.6, normalise: 'l2', centroids: numbers(3 * dimensions, 3), ...more });
/** The last row is the null vector. */
const rows = [...Array.from({ length: 6 }, (_, row) => numbers(dimensions, row)), new Float32Array(dimensions)];
const matrix = Float32Array.from(rows.flatMap((row) => [...row]));

for (const normalise of ['l2', 'none'] as const) {
  it(`says of many embeddings what a head says of each (${normalise})`, async () => {
    const one = head({ normalise });
    const bound = await createHeadProducts(1)(one, true);
    const { probabilities, novelty } = await bound.answers(matrix, rows.length);
    rows.forEach((row, at) => {
      answerOf(one, row).probabilities.forEach((value, classAt) => expect(probabilities[at * 3 + classAt]).toBeCloseTo(value, 5));
      expect(novelty![at]).toBeCloseTo(noveltyOf(one, row)!, 5);
    });
    await bound.release();
  });
}

it('tells no novelty where it was not asked for or nothing was trained on; a class without images is near to nothing', async () => {
  const answers = async (one: Head, novelty: boolean) => {
    const bound = await createHeadProducts(1)(one, novelty);
    return bound.answers(matrix, rows.length).finally(() => bound.release());
  };
  expect((await answers(head({}), false)).novelty).toBeNull();
  expect((await answers(head({ centroids: null }), true)).novelty).toBeNull();
  const half = head({ centroids: numbers(3 * dimensions, 3).fill(0, dimensions) });
  expect((await answers(half, true)).novelty![0]).toBeCloseTo(noveltyOf(half, rows[0]!)!, 5);
});
