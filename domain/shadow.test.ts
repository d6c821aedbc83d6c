import { describe, expect, it } from 'vitest';
import type { Route } from './challenge.ts';
import { PerennialError } from './errors.ts';
import type { ModelVersion } from './ports-models.ts';
import { armOf, inclusionOf, isModelFault, otherThan } from './shadow.ts';

const route = (more: Partial<Route>): Route => ({ challengeId: 'c', sequence: 1, kind: 'road', challengerId: 'new', championId: 'old', stage: 'canary', shadowPercent: 100, canaryPercent: 50, ...more });
const armsOf = (more: Partial<Route>, championId = 'old') => Array.from({ length: 400 }, (_, at) => armOf(
  { projectId: 'p', route: route(more), champion: { version: { id: championId } as ModelVersion } }, { camera: `camera ${at % 20}`, day: `2026-05-${10 + Math.floor(at / 20)}` }, () => (at % 100) / 100,
));
const share = (arms: ReturnType<typeof armsOf>, of: (arm: ReturnType<typeof armOf>) => boolean) => arms.filter(of).length / arms.length;

describe('ROUTE3 the arm of an image', () => {
  it('is the challenger for its share of camera-days, and only there', () => {
    expect(share(armsOf({}), ({ answers }) => answers === 'other')).toBeCloseTo(0.5, 1);
    expect(share(armsOf({ canaryPercent: 0 }), ({ answers }) => answers === 'other')).toBe(0);
    expect(share(armsOf({ canaryPercent: 100 }), ({ answers }) => answers === 'other')).toBe(1);
  });
  it('is the champion alone in the bake, whatever the percent, and in a drill', () => {
    expect(share(armsOf({ stage: 'bake', canaryPercent: 100 }, 'new'), ({ answers }) => answers === 'other')).toBe(0);
    expect(share(armsOf({ kind: 'drill', canaryPercent: 100 }), ({ answers }) => answers === 'other')).toBe(0);
  });
  it('is compared for its share', () => {
    expect(share(armsOf({ shadowPercent: 30 }), ({ compared }) => compared)).toBeCloseTo(0.3, 5);
    expect(share(armsOf({ shadowPercent: 0 }), ({ compared }) => compared)).toBe(0);
  });
});

it('knows the other of the two, and of a third none', () => {
  expect([otherThan('old', route({})), otherThan('new', route({})), otherThan('third', route({}))]).toEqual(['new', 'old', null]);
});

it('keeps a disagreement surely, and an agreement the more the less sure it is', () => {
  const answer = (classId: number, probability: number) => ({ modelVersionId: 'v', classId, probability });
  expect(inclusionOf(answer(1, 0.9), answer(2, 0.9))).toBe(1);
  expect(inclusionOf(answer(1, 1), answer(1, 0.2))).toBeCloseTo(0.005, 9);
  expect(inclusionOf(answer(1, 0.3), answer(1, 0.4))).toBeGreaterThan(inclusionOf(answer(1, 0.8), answer(1, 0.4)));
});

it('tells a model at fault from a moment that is bad', () => {
  const codes = ['MODEL_OUTPUT_NOT_FINITE', 'MODEL_LOAD_FAILED', 'STORE_OBJECT_NOT_FOUND', 'SERVING_NOT_READY', 'SERVING_OVERLOADED', 'SERVING_DEADLINE_PASSED', 'STORE_UNAVAILABLE', 'IMAGE_CORRUPT', 'MODEL_VERSION_NOT_FOUND'] as const;
  expect(codes.filter((code) => isModelFault(new PerennialError(code)))).toEqual(codes.slice(0, 4));
  expect(isModelFault(new TypeError('broken'))).toBe(true);
});
