import { expect, it } from 'vitest';
import { createNeighbours } from './neighbours.ts';

const vectors = new Map(Object.entries({ asked: [1, 0], near: [2, 0.1], far: [0, 1], other: [-1, 0] }).map(([id, values]) => [id, Float32Array.from(values)]));
function world() {
  const state = { now: 0, reads: 0, labelled: [{ imageId: 'asked', classId: 0 }, { imageId: 'near', classId: 1 }, { imageId: 'far', classId: 2 }, { imageId: 'unknown', classId: 2 }] };
  const of = createNeighbours({
    now: () => state.now,
    reviews: { labelCounts: async () => [{ classId: 0, count: 1 }], labelledSample: async () => { state.reads += 1; return state.labelled; } },
    embeddings: { load: async (_project, ids) => new Map(ids.flatMap((id) => { const vector = vectors.get(id); return vector === undefined ? [] : [[id, vector] as const]; })) },
  });
  return { state, ask: (imageId: string, count = 2) => of({ projectId: 'p', imageId, weightsDigest: 'w', preprocessingDigest: 'q', count }) };
}

it('tells the labelled images nearest in embedding, the image itself left out', async () => {
  const { neighbours, missing } = await world().ask('asked');
  expect(neighbours.map(({ imageId, classId }) => ({ imageId, classId }))).toEqual([{ imageId: 'near', classId: 1 }, { imageId: 'far', classId: 2 }]);
  expect(neighbours[0]?.similarity).toBeGreaterThan(0.99);
  expect(missing).toBeNull();
});

it('says why there are none', async () => {
  const { state, ask } = world();
  expect(await ask('nobody')).toEqual({ neighbours: [], missing: 'no_embedding' });
  state.labelled = [];
  expect(await ask('asked')).toEqual({ neighbours: [], missing: 'no_labels' });
});

it('reads the labels once for a while, and again after it', async () => {
  const { state, ask } = world();
  await Promise.all([ask('asked'), ask('far')]);
  const before = state.reads;
  await ask('other');
  expect(state.reads).toBe(before);
  state.now += 6 * 60_000;
  state.labelled = [{ imageId: 'other', classId: 7 }];
  expect((await ask('asked')).neighbours).toMatchObject([{ imageId: 'other', classId: 7 }]);
});
