import { expect, it } from 'vitest';
import { metresOf, roundMetres } from './metres.ts';

it('a degree of latitude is 111 km, one of longitude at 60° half of it', () => {
  const [south, north] = metresOf([{ latitude: 60, longitude: 10 }, { latitude: 60.01, longitude: 10.01 }]);
  expect((north?.north ?? 0) - (south?.north ?? 0)).toBeCloseTo(1112, 0);
  expect((north?.east ?? 0) - (south?.east ?? 0)).toBeCloseTo(556, 0);
  expect(metresOf([{ latitude: -33, longitude: 151 }])).toEqual([{ east: 0, north: 0 }]);
});

it('a scale is a round figure', () => {
  expect([0.7, 3, 99, 100, 730].map(roundMetres)).toEqual([0.5, 2, 50, 100, 500]);
});
