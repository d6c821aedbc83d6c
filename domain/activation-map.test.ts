import { describe, expect, it } from 'vitest';
import { activationOf, regionSeen, shownActivation } from './activation-map.ts';
import { answerOf } from './head.ts';
import type { Head } from './ports.ts';
import { defaultPreprocessing } from './preprocessing.ts';

const [channels, height, width] = [5, 3, 4];
const map = { channels, height, width, data: Float32Array.from({ length: channels * height * width }, (_, at) => Math.abs(Math.sin(at * 1.7)) * 3) };
const head = (normalise: 'l2' | 'none'): Head => ({
  classIds: [4, 9], dimensions: channels, weights: Float32Array.from({ length: 2 * channels }, (_, at) => Math.cos(at * 2.3)), bias: Float32Array.of(0.3, -0.2), temperature: 1, normalise, centroids: null,
});
const pooled = Float32Array.from({ length: channels }, (_, channel) => map.data.subarray(channel * 12, channel * 12 + 12).reduce((a, b) => a + b, 0) / 12);
const mean = (values: Float64Array | null): number => (values ?? new Float64Array()).reduce((a, b) => a + b, 0) / (values?.length ?? 1);

describe('an activation map', () => {
  it.each(['l2', 'none'] as const)('is exact: its mean and the bias are the logit that the head answers with (%s)', (normalise) => {
    const own = head(normalise);
    const logits = own.classIds.map((classId, row) => mean(activationOf(own, classId, map)) + (own.bias[row] as number));
    const { probabilities } = answerOf(own, pooled);
    expect((logits[0] as number) - (logits[1] as number)).toBeCloseTo(Math.log((probabilities[0] as number) / (probabilities[1] as number)), 5);
  });
  it('is none where the head stands on other features, or lacks the class', () => {
    expect(activationOf({ ...head('l2'), dimensions: 4 }, 4, map)).toBeNull();
    expect(activationOf(head('l2'), 5, map)).toBeNull();
  });
  it('is shown from nothing to the most; what speaks against the class is nothing', () => {
    expect(shownActivation(Float64Array.of(-2, 0, 1, 4))).toEqual([0, 0, 0.25, 1]);
    expect(shownActivation(Float64Array.of(-2, -1))).toEqual([0, 0]);
  });
});

describe('the part of a picture that the model saw', () => {
  it('is all of it, the middle of it, or more than it', () => {
    const picture = { width: 400, height: 200 };
    expect(regionSeen({ ...defaultPreprocessing, resizeMode: 'stretch' }, picture)).toEqual({ x: 0, y: 0, width: 1, height: 1 });
    expect(regionSeen({ ...defaultPreprocessing, cropShare: 1 }, picture)).toEqual({ x: 0.25, y: 0, width: 0.5, height: 1 });
    expect(regionSeen({ ...defaultPreprocessing, cropShare: 0.5 }, picture)).toEqual({ x: 0.375, y: 0.25, width: 0.25, height: 0.5 });
    expect(regionSeen({ ...defaultPreprocessing, resizeMode: 'letterbox' }, picture)).toEqual({ x: 0, y: -0.5, width: 1, height: 2 });
  });
});
