/** The classes of the stream, the drawings that stand for them and the coats they wear by season. */
import { mix, mixHex, neighbourOf, type Season } from './season.ts';

export const LABELS = ['badger', 'boar', 'deer', 'empty', 'fox', 'hare'] as const;
export type Label = (typeof LABELS)[number];
export type Species = Exclude<Label, 'empty'>;

/** Two unrelated sets of drawings of the same animals. */
export type Family = 'icon' | 'cut';

/** Which drawings a stream is made of: `usual` ones, seen while the generator was tuned, or those held out until it was frozen. */
export type Drawings = 'usual' | 'heldOut';

export const FAMILIES: Readonly<Record<Drawings, readonly Family[]>> = { usual: ['icon'], heldOut: ['cut'] };

/** Colours of an animal by part. */
export type Coat = {
  readonly main: string;
  readonly shade: string;
  readonly pale: string;
  readonly dark: string;
};

/** Height of an animal relative to a deer at the same distance (true ratios are squeezed: a camera for small animals hangs lower). */
export const RELATIVE_SIZE: Readonly<Record<Species, number>> = {
  deer: 1, boar: 0.78, fox: 0.7, badger: 0.64, hare: 0.62,
};

const summer: Readonly<Record<Species, Coat>> = {
  deer: { main: '#b9743a', shade: '#94582b', pale: '#e3c79a', dark: '#4a3021' },
  boar: { main: '#5a4636', shade: '#43342a', pale: '#84705c', dark: '#221a16' },
  fox: { main: '#cf6425', shade: '#a94c1a', pale: '#f0e3cf', dark: '#2c1f1b' },
  badger: { main: '#6f6f6c', shade: '#4b4b4a', pale: '#e4e2dc', dark: '#202021' },
  hare: { main: '#a58460', shade: '#846647', pale: '#d9c6a8', dark: '#3c2e24' },
};

const winter: Readonly<Record<Species, Coat>> = {
  deer: { main: '#7b6a5b', shade: '#5f5145', pale: '#b7aa98', dark: '#362c26' },
  boar: { main: '#3a3230', shade: '#2a2423', pale: '#6a5f57', dark: '#161313' },
  fox: { main: '#b97546', shade: '#935a34', pale: '#ece4d8', dark: '#33251f' },
  badger: { main: '#83817c', shade: '#5a5955', pale: '#e9e7e2', dark: '#242424' },
  hare: { main: '#e0dad0', shade: '#9d968c', pale: '#f4f1ea', dark: '#3a3531' },
};

/** How far the moult to the winter coat has gone, 0–1. */
const moult: Readonly<Record<Season, number>> = { leaf: 0, fall: 0.45, snow: 1, thaw: 0.6 };

/** The coat of a species in a stage of a season: summer and winter coat mixed by the moult. */
export const coatOf = (species: Species, season: Season, stage: number, stages: number): Coat => {
  const from = summer[species];
  const to = winter[species];
  const neighbour = neighbourOf(season, stage, stages);
  const share = mix(moult[season], moult[neighbour.season], neighbour.share);
  return {
    main: mixHex(from.main, to.main, share),
    shade: mixHex(from.shade, to.shade, share),
    pale: mixHex(from.pale, to.pale, share),
    dark: mixHex(from.dark, to.dark, share),
  };
};
