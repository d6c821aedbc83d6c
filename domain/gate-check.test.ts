import { describe, expect, it } from 'vitest';
import { labelsByWidth } from './gate-check.ts';

describe('labelsByWidth', () => {
  it('wants four times the images for half the width, and more for its power', () => {
    expect(labelsByWidth({ images: 100, difference: 0, lower: -0.02 }, 0.01, 1)).toBe(Math.ceil(100 * 4 * 2.28) - 100);
    expect(labelsByWidth({ images: 100, difference: 0, lower: -0.001 }, 0.01, 40)).toBe(40);
  });
  it('gives no number where the loss seen is the margin, but for what a floating point leaves', () => {
    expect(labelsByWidth({ images: 30, difference: -0.05, lower: -0.2 }, 0.05, 1)).toBeNull();
    // 0.05 - (0.1 + 0.2 - 0.25) is not 0 here.
    expect(labelsByWidth({ images: 30, difference: -(0.1 + 0.2 - 0.25), lower: -0.2 }, 0.05 + 1e-17, 1)).toBeNull();
    expect(labelsByWidth({ images: 30, difference: -0.05 + 1e-12, lower: -0.2 }, 0.05, 1)).toBeNull();
  });
});
