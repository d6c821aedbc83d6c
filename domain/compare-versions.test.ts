import { describe, expect, it } from 'vitest';
import { compareVersions, flipOf, pairUp } from './compare-versions.ts';
import type { HoldoutAnswer } from './holdout-report.ts';

const answer = (imageId: string, truth: number, given: number, camera: string | null = 'a'): HoldoutAnswer => ({ imageId, truth, answer: given, confidence: 0.8, group: imageId, camera });
const classes = [{ classId: 0, name: 'fox' }, { classId: 1, name: 'hare' }];

describe('two versions on the same images', () => {
  const newer = [answer('1', 0, 0), answer('2', 0, 1), answer('3', 1, 1), answer('4', 1, 0, null), answer('6', 0, 0)];
  const older = [answer('1', 0, 0), answer('2', 0, 0), answer('3', 1, 0), answer('4', 1, 0, null), answer('5', 1, 1)];
  const pairs = pairUp(newer, older);
  it('leaves out what only one has seen', () => {
    expect(pairs.map(({ imageId }) => imageId)).toEqual(['1', '2', '3', '4']);
  });
  it('tells each image’s flip', () => {
    expect(pairs.map(flipOf)).toEqual(['both_right', 'lost', 'gained', 'both_wrong']);
  });
  it('counts overall, by class and by camera', () => {
    const { overall, flips, classes: byClass, cameras } = compareVersions(pairs, classes);
    expect(overall).toMatchObject({ images: 4, right: 2, beforeRight: 2, difference: 0 });
    expect(overall.lower).toBeLessThan(0);
    expect(overall.upper).toBeGreaterThan(0);
    expect(flips).toEqual({ lost: 1, gained: 1, both_wrong: 1, both_right: 1 });
    expect(byClass).toMatchObject([{ classId: 0, difference: -0.5 }, { classId: 1, difference: 0.5 }]);
    expect(cameras).toMatchObject([{ camera: 'a', images: 3 }, { camera: null, images: 1 }]);
  });
});
