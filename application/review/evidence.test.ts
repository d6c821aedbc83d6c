import { expect, it } from 'vitest';
import { unlike } from './evidence.ts';

it('examples of a class are from different bursts, and cameras take turns', () => {
  const candidates = ([['a', 'north', 'n1'], ['b', 'north', 'n1'], ['c', 'north', 'n2'], ['d', 'north', null], ['e', 'south', 's1'], ['f', null, null]] as const).map(([imageId, camera, burstKey]) => ({ imageId, camera, burstKey }));
  expect(unlike(candidates).map((each) => each.imageId)).toEqual(['a', 'e', 'f', 'c', 'd']);
});
