/** Seed → what every picture of the year shows. Pure: no pixels, no files, no clock. */
import { between, chanceOf, pick, shuffled, wholeBetween, type Chance } from './random.ts';
import { mix, SEASONS, SEASON_PLANS, type Season, type Weather } from './season.ts';
import { PICTURE, siteOf, type Site } from './site.ts';
import { FAMILIES, LABELS, RELATIVE_SIZE, type Drawings, type Family, type Label, type Species } from './species.ts';

export const GENERATOR_VERSION = 'trail-2';
export const CAMERAS = 6;
/** How many states of a season a background passes through (early, middle, late). */
export const STAGES = 3;

export type Animal = {
  readonly species: Species;
  readonly family: Family;
  /** middle of the animal and row of its feet, pixels */
  readonly x: number;
  readonly feet: number;
  /** height of the sprite, pixels */
  readonly height: number;
  readonly mirrored: boolean;
  /** radians */
  readonly tilt: number;
  /** length of the motion smear, pixels along the walk */
  readonly smear: number;
};

export type Light = {
  readonly kind: 'day' | 'infrared';
  /** exposure, 1 = as drawn */
  readonly level: number;
  /** −1 (blue hour) … 1 (golden hour) */
  readonly warmth: number;
};

export type Look = { readonly season: Season; readonly stage: number };

export type Lens = { readonly haze: number; readonly blur: number; readonly dust: number };

export type Scene = {
  readonly path: string;
  readonly label: Label;
  readonly site: Site;
  /** the period, by date */
  readonly season: Season;
  /** what the land and the coats look like that day: mostly the period's own look, near its ends sometimes the neighbour's */
  readonly look: Look;
  /** local wall-clock time of the camera, ISO form without zone */
  readonly capturedAt: string;
  readonly burst: string;
  readonly light: Light;
  readonly weather: Weather;
  /** 0–1 */
  readonly weatherStrength: number;
  readonly lens: Lens;
  readonly celsius: number;
  readonly animals: readonly Animal[];
  /** grass in front of the animals: x and height, pixels */
  readonly screen: readonly { readonly x: number; readonly base: number; readonly height: number }[];
  /** names the stream of chance for grain, rain and flakes */
  readonly key: string;
};

export type SceneOptions = {
  readonly seed: number;
  /** pictures in each period, at least 1 */
  readonly perPeriod: number;
  readonly drawings: Drawings;
};

const DAY_MS = 86_400_000;

const weatherOf = (chance: Chance, season: Season): Weather => {
  let left = chance();
  for (const [weather, odds] of Object.entries(SEASON_PLANS[season].weather) as [Weather, number][]) {
    left -= odds;
    if (left < 0) return weather;
  }
  return 'clear';
};

/** Hour of the day: by daylight for day pictures, around midnight for infrared ones. */
const hourOf = (chance: Chance, night: boolean, [sunrise, sunset]: readonly [number, number]): number => {
  if (!night) return between(chance, sunrise + 0.3, sunset - 0.3);
  return (sunset + 0.5 + between(chance, 0, 24 - sunset + sunrise - 1)) % 24;
};

const lightOf = (chance: Chance, night: boolean, hour: number, [sunrise, sunset]: readonly [number, number], weather: Weather): Light => {
  if (night) return { kind: 'infrared', level: between(chance, 0.85, 1.15), warmth: 0 };
  const fromEdge = Math.min(hour - sunrise, sunset - hour);
  const low = Math.max(0, 1 - fromEdge / 2.5);
  const overcast = weather === 'clear' ? 1 : 0.85;
  return { kind: 'day', level: between(chance, 0.88, 1.08) * (1 - 0.35 * low) * overcast, warmth: low * pick(chance, [0.9, 0.5, -0.7]) };
};

const herdSize = (chance: Chance, species: Species): number => {
  if (species === 'boar') return chance() < 0.3 ? wholeBetween(chance, 2, 3) : 1;
  if (species === 'deer') return chance() < 0.2 ? 2 : 1;
  return 1;
};

const animalsOf = (chance: Chance, site: Site, species: Species, family: Family): Animal[] => {
  const near = PICTURE.height - PICTURE.bar - 8;
  const far = site.horizon + 44;
  const mirrored = chance() < 0.5;
  const moving = chance();
  const depth = Math.sqrt(chance());
  return Array.from({ length: herdSize(chance, species) }, (_, index) => {
    const here = Math.min(1, Math.max(0, depth - index * between(chance, 0.1, 0.35)));
    const feet = far + (near - far) * here;
    return {
      species, family, mirrored, feet,
      x: between(chance, 104, PICTURE.width - 104),
      height: (68 + 73 * here) * RELATIVE_SIZE[species] * between(chance, 0.92, 1.08),
      tilt: between(chance, -0.09, 0.09),
      smear: moving < 0.25 ? between(chance, 3, 8) : between(chance, 0, 1.5),
    };
  }).sort((one, other) => one.feet - other.feet);
};

/** Share of days in the outermost third of a season that already, or still, look like the season next to it, at the very edge. */
const EARLY_OR_LATE = 0.5;

/** The look of one day, the same for all cameras. The first snow falls in fall, and the last one melts in spring. */
export const lookOf = (seed: number, season: Season, progress: number): Look => {
  const day = Math.floor(progress * SEASON_PLANS[season].days);
  const chance = chanceOf(`${seed}/${season}/day/${day}`);
  const edge = Math.max(0, Math.abs(progress - 0.5) - 1 / 6) * 3;
  const neighbour = SEASONS[SEASONS.indexOf(season) + (progress < 0.5 ? -1 : 1)];
  if (neighbour !== undefined && chance() < EARLY_OR_LATE * edge) return { season: neighbour, stage: progress < 0.5 ? STAGES - 1 : 0 };
  return { season, stage: Math.floor(progress * STAGES) };
};

const lensOf = (chance: Chance, season: Season, progress: number): Lens => {
  const wear = mix(...SEASON_PLANS[season].lens, progress);
  const breath = chance() < 0.1 * wear ? between(chance, 0.1, 0.3) : 0;
  return { haze: 0.45 * wear + breath, blur: 1.4 * wear * between(chance, 0.8, 1.2), dust: wear };
};

type Moment = { readonly at: number; readonly label: Label; readonly camera: number; readonly frames: number };

/** Bursts of one period in time order; every class gets an equal share of bursts, give or take one. */
const momentsOf = (options: SceneOptions, season: Season): (Moment & { night: boolean })[] => {
  const chance = chanceOf(`${options.seed}/${season}/moments`);
  const plan = SEASON_PLANS[season];
  const lengths: number[] = [];
  for (let left = options.perPeriod; left > 0; left -= lengths.at(-1) ?? left) {
    lengths.push(Math.min(left, wholeBetween(chance, 1, 3)));
  }
  const labels = shuffled(chance, lengths.map((_, index) => LABELS[index % LABELS.length] as Label));
  return lengths.map((frames, index) => {
    const night = chance() < mix(...plan.nightShare, index / lengths.length);
    const day = Math.floor((plan.days * (index + chance())) / lengths.length);
    const hour = hourOf(chance, night, plan.daylight);
    const at = Date.parse(`${plan.from}T00:00:00Z`) + day * DAY_MS + Math.floor(hour * 3600) * 1000;
    return { at, label: labels[index] as Label, camera: wholeBetween(chance, 1, CAMERAS), frames, night };
  }).sort((one, other) => one.at - other.at || one.camera - other.camera);
};

const moved = (animal: Animal, frame: number, pace: number): Animal => ({
  ...animal,
  x: Math.min(PICTURE.width - 84, Math.max(84, animal.x + (animal.mirrored ? 1 : -1) * pace * frame)),
});

const screenOf = (chance: Chance, animals: readonly Animal[]): Scene['screen'] =>
  animals.flatMap((animal) => (chance() < 0.45
    ? Array.from({ length: wholeBetween(chance, 2, 5) }, () => ({
      x: animal.x + between(chance, -0.6, 0.6) * animal.height, base: animal.feet + between(chance, 2, 6), height: animal.height * between(chance, 0.16, 0.36),
    }))
    : []));

const burstScenes = (options: SceneOptions, season: Season, site: Site, moment: Moment & { night: boolean }, number: number): Scene[] => {
  const burst = `${season}-${String(number).padStart(4, '0')}`;
  const key = `${options.seed}/${burst}`;
  const chance = chanceOf(key);
  const plan = SEASON_PLANS[season];
  const progress = Math.min(0.999, (moment.at - Date.parse(`${plan.from}T00:00:00Z`)) / (plan.days * DAY_MS));
  const weather = weatherOf(chance, season);
  const hour = (moment.at % DAY_MS) / 3_600_000;
  const light = lightOf(chance, moment.night, hour, plan.daylight, weather);
  const animals = moment.label === 'empty' ? [] : animalsOf(chance, site, moment.label, pick(chance, FAMILIES[options.drawings]));
  const shared = {
    label: moment.label, site, season, look: lookOf(options.seed, season, progress), burst, light, weather,
    weatherStrength: between(chance, 0.35, 1), lens: lensOf(chance, season, progress),
    celsius: Math.round(between(chance, ...plan.celsius)), screen: screenOf(chance, animals),
  };
  const pace = between(chance, 2, 14);
  return Array.from({ length: moment.frames }, (_, frame): Scene => ({
    ...shared,
    path: `${season}/${site.camera}/${burst}-${frame + 1}.jpg`,
    capturedAt: new Date(moment.at + frame * 2000).toISOString().slice(0, 19),
    animals: animals.map((animal) => moved(animal, frame, pace)),
    key: `${key}/${frame}`,
  }));
};

/**
 * Describes a whole year of pictures in time order: `perPeriod` in each of the four seasons.
 * Frames of a burst share camera, light, weather and animals, two seconds apart.
 * @throws RangeError when `perPeriod` is not a whole number of at least 1
 */
export const describeYear = (options: SceneOptions): Scene[] => {
  if (!Number.isInteger(options.perPeriod) || options.perPeriod < 1) throw new RangeError('perPeriod must be a whole number of at least 1');
  const sites = Array.from({ length: CAMERAS }, (_, index) => siteOf(options.seed, index + 1));
  return SEASONS.flatMap((season) => momentsOf(options, season)
    .flatMap((moment, index) => burstScenes(options, season, sites[moment.camera - 1] as Site, moment, index + 1)));
};
