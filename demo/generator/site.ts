/** A camera's site: what stands in front of it all year. Decided once per camera from the seed, without any pixel. */
import { between, chanceOf, pick, wholeBetween } from './random.ts';

/** Picture size in pixels; the info bar takes the lowest rows. */
export const PICTURE = { width: 320, height: 240, bar: 18 } as const;

export type Tree = {
  readonly kind: 'conifer' | 'broadleaf' | 'birch';
  readonly x: number;
  /** row where the trunk meets the ground */
  readonly base: number;
  readonly height: number;
  /** 0–1, chooses among the season's crown colours */
  readonly hue: number;
};

export type Tuft = { readonly x: number; readonly base: number; readonly height: number; readonly lean: number };
export type Spot = { readonly x: number; readonly y: number; readonly size: number; readonly turn: number };

export type Site = {
  readonly camera: string;
  readonly model: string;
  readonly key: string;
  /** row of the horizon */
  readonly horizon: number;
  /** heights of the far and near ridge, at equal steps from left to right, in pixels above the horizon */
  readonly ridges: readonly (readonly number[])[];
  readonly backTrees: readonly Tree[];
  /** trunks close to the camera, that may hide part of an animal */
  readonly trunks: readonly { readonly x: number; readonly width: number; readonly lean: number }[];
  readonly path: { readonly from: number; readonly to: number; readonly bend: number; readonly width: number };
  readonly backTufts: readonly Tuft[];
  readonly frontTufts: readonly Tuft[];
  readonly rocks: readonly Spot[];
  /** places where leaves, snow patches or puddles lie, by season */
  readonly litter: readonly Spot[];
  /** specks that settle on the lens over the year, in order of arrival */
  readonly dust: readonly Spot[];
};

const MODELS = ['Perennial Demo TC-12', 'Perennial Demo TC-20'] as const;

const trees = (key: string, horizon: number): Tree[] => {
  const chance = chanceOf(`${key}/trees`);
  const coniferShare = between(chance, 0.25, 0.75);
  const line = Array.from({ length: 15 }, (_, index): Tree => ({
    kind: chance() < coniferShare ? 'conifer' : 'broadleaf',
    x: index * 23 + between(chance, -12, 12), base: horizon + between(chance, 0, 6), height: between(chance, 28, 56), hue: chance(),
  }));
  const stand = Array.from({ length: wholeBetween(chance, 3, 6) }, (): Tree => ({
    kind: chance() < coniferShare ? 'conifer' : pick(chance, ['broadleaf', 'birch'] as const),
    x: between(chance, 0, PICTURE.width), base: horizon + between(chance, 8, 30), height: between(chance, 65, 112), hue: chance(),
  }));
  return [...line, ...stand].sort((one, other) => one.base - other.base);
};

const tufts = (key: string, count: number, from: number, to: number, height: number): Tuft[] => {
  const chance = chanceOf(key);
  return Array.from({ length: count }, () => {
    const depth = chance();
    return {
      x: between(chance, -5, PICTURE.width + 5), base: from + (to - from) * depth,
      height: height * (0.6 + 0.7 * depth) * between(chance, 0.7, 1.3), lean: between(chance, -0.5, 0.5),
    };
  }).sort((one, other) => one.base - other.base);
};

const spots = (key: string, count: number, top: number, low: number, high: number): Spot[] => {
  const chance = chanceOf(key);
  return Array.from({ length: count }, () => ({
    x: between(chance, 0, PICTURE.width), y: between(chance, top, PICTURE.height - PICTURE.bar),
    size: between(chance, low, high), turn: between(chance, 0, 180),
  }));
};

/** The site of camera `number` (1, 2, …) for a seed. */
export const siteOf = (seed: number, number: number): Site => {
  const key = `${seed}/site/${number}`;
  const chance = chanceOf(key);
  const horizon = wholeBetween(chance, 78, 104);
  const ridge = (low: number, high: number): number[] => Array.from({ length: 7 }, () => between(chance, low, high));
  const floor = PICTURE.height - PICTURE.bar;
  const trunkSides = shuffledSides(chance());
  return {
    camera: `cam-${String(number).padStart(2, '0')}`, model: pick(chance, MODELS), key, horizon,
    ridges: [ridge(22, 46), ridge(6, 24)],
    backTrees: trees(key, horizon),
    trunks: trunkSides.map((x) => ({ x: x + between(chance, -12, 12), width: between(chance, 14, 30), lean: between(chance, -6, 6) })),
    path: { from: between(chance, 60, 260), to: between(chance, 90, 230), bend: between(chance, -70, 70), width: between(chance, 50, 95) },
    backTufts: tufts(`${key}/back-tufts`, 34, horizon + 12, floor - 45, 9),
    frontTufts: tufts(`${key}/front-tufts`, 20, floor - 6, floor + 8, 21),
    rocks: spots(`${key}/rocks`, wholeBetween(chance, 1, 4), horizon + 30, 7, 17),
    litter: spots(`${key}/litter`, 90, horizon + 8, 0.6, 1.4),
    dust: spots(`${key}/dust`, 26, 0, 3, 13),
  };
};

const shuffledSides = (draw: number): number[] => {
  if (draw < 0.35) return [22];
  if (draw < 0.7) return [298];
  return draw < 0.85 ? [20, 300] : [];
};
