import { describe, expect, it } from 'vitest';
import { filterOf, isPlain, lightRange, plainLight, turned } from './light.ts';

describe('light', () => {
  it('stays within its range, however often it is turned', () => {
    let up = plainLight;
    let down = plainLight;
    for (let i = 0; i < 100; i += 1) { up = turned(up, 'brightness', 0.1); down = turned(down, 'gamma', -0.1); }
    expect(up.brightness).toBe(lightRange.brightness[1]);
    expect(down.gamma).toBe(lightRange.gamma[0]);
  });
  it('one step up and one down is plain again', () => {
    const there = turned(plainLight, 'contrast', 0.1);
    expect(isPlain(there)).toBe(false);
    expect(isPlain(turned(there, 'contrast', -0.1))).toBe(true);
  });
  it('plain light is no filter', () => {
    expect(filterOf(plainLight)).toBeUndefined();
    expect(filterOf({ brightness: 1.5, contrast: 1, gamma: 0.8 })).toBe('url(#gamma) brightness(1.5)');
  });
});
