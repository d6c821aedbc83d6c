/** Colours of the landscape by season; between two seasons they mix, so the year has no jumps. */
import { mix, mixHex, neighbourOf, type Season } from './season.ts';

export type Palette = {
  readonly sky: readonly [string, string];
  readonly ridge: readonly [string, string];
  readonly ground: readonly [string, string];
  readonly path: string;
  readonly grass: readonly [string, string];
  readonly crowns: readonly [string, string, string];
  readonly conifer: readonly [string, string];
  readonly trunk: string;
  readonly litter: readonly [string, string];
  /** 0 bare – 1 full leaf */
  readonly leaves: number;
  /** 0 none – 1 all white */
  readonly snow: number;
  /** 0–1, share of the litter places taken */
  readonly litterShare: number;
};

const PALETTES: Readonly<Record<Season, Palette>> = {
  leaf: {
    sky: ['#a9d3ea', '#e6f1ea'], ridge: ['#8fb5a4', '#6e9a76'], ground: ['#8fae62', '#6f9449'], path: '#c2ab7d',
    grass: ['#5c8a3a', '#7aa64a'], crowns: ['#4f8a3f', '#6ba04a', '#3d7440'], conifer: ['#2f6148', '#27513d'], trunk: '#5d4633',
    litter: ['#f2e3a0', '#ffffff'], leaves: 1, snow: 0, litterShare: 0.25,
  },
  fall: {
    sky: ['#c3cdd6', '#efe5d3'], ridge: ['#a49a90', '#9b7f55'], ground: ['#ad8f52', '#8d7040'], path: '#b4966b',
    grass: ['#a08342', '#b99a55'], crowns: ['#c9662c', '#dba33a', '#a5462c'], conifer: ['#3a5c47', '#2f4c3b'], trunk: '#523e30',
    litter: ['#c85f28', '#e0a83c'], leaves: 0.9, snow: 0, litterShare: 1,
  },
  snow: {
    sky: ['#c6d0da', '#e9edf0'], ridge: ['#bcc7d0', '#a9b7c1'], ground: ['#f0f3f5', '#dde4ea'], path: '#d3dbe2',
    grass: ['#b5a98e', '#cfc6b0'], crowns: ['#8a7f78', '#9a8f86', '#786e68'], conifer: ['#4c6a61', '#3f5951'], trunk: '#4d423b',
    litter: ['#d2dae2', '#ffffff'], leaves: 0, snow: 1, litterShare: 0.7,
  },
  thaw: {
    sky: ['#b6c6cf', '#dfe3dc'], ridge: ['#a3adab', '#8b8f7c'], ground: ['#9a8f6c', '#7d7455'], path: '#7e6a50',
    grass: ['#a39a6a', '#8fa05a'], crowns: ['#8d8468', '#93a05e', '#7a6f58'], conifer: ['#385a48', '#2d4a3c'], trunk: '#4a3b31',
    litter: ['#d9dad3', '#98a3a2'], leaves: 0.12, snow: 0.25, litterShare: 0.3,
  },
};

const mixValue = (from: unknown, to: unknown, share: number): unknown => {
  if (typeof from === 'string') return mixHex(from, to as string, share);
  if (typeof from === 'number') return mix(from, to as number, share);
  return (from as readonly string[]).map((colour, index) => mixHex(colour, (to as readonly string[])[index] as string, share));
};

/** The palette of a season's stage `stage` of `stages`; the outer stages hold a little of the season next to them. */
export const paletteOf = (season: Season, stage: number, stages: number): Palette => {
  const here = PALETTES[season];
  const neighbour = neighbourOf(season, stage, stages);
  const there = PALETTES[neighbour.season];
  return Object.fromEntries(Object.entries(here).map(([key, value]) => [key, mixValue(value, there[key as keyof Palette], neighbour.share)])) as Palette;
};
