import { describe, expect, it } from 'vitest';
import { canaryArm } from './challenge.ts';

const cameraDays = Array.from({ length: 20_000 }, (_, i) => ({ camera: `camera-${i % 200}`, day: `2026-01-${String(Math.floor(i / 200)).padStart(3, '0')}` }));
const inChallenger = (percent: number, challenge = 'c') => cameraDays.filter(({ camera, day }) => canaryArm('p', challenge, camera, day, percent) === 'challenger');

describe('the arm of a camera-day', () => {
  it('ROAD1 is the challenger’s for about the percent, nobody’s at 0 and everybody’s at 100', () => {
    expect(inChallenger(0)).toHaveLength(0);
    expect(inChallenger(100)).toHaveLength(cameraDays.length);
    for (const percent of [1, 10, 50]) expect(inChallenger(percent).length / cameraDays.length).toBeCloseTo(percent / 100, 1.8);
  });
  it('ROAD2 stays, and growing the percent only adds to the challenger’s', () => {
    let before = new Set<object>();
    for (const percent of [1, 10, 50, 100]) {
      const now = new Set<object>(inChallenger(percent));
      expect([...before].every((each) => now.has(each))).toBe(true);
      before = now;
    }
    expect(inChallenger(10)).toEqual(inChallenger(10));
  });
  it('ROAD3 is drawn anew for each challenge', () => {
    const [one, other] = [new Set<object>(inChallenger(50)), inChallenger(50, 'another')];
    const both = other.filter((each) => one.has(each)).length;
    expect(both / cameraDays.length).toBeCloseTo(0.25, 1.5);
  });
});
