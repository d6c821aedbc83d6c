/** The four periods of the synthetic year, in order, and what each does to light, weather, ground and lens. */

export const SEASONS = ['leaf', 'fall', 'snow', 'thaw'] as const;
export type Season = (typeof SEASONS)[number];

export type Weather = 'clear' | 'rain' | 'fog' | 'snowfall';

export type SeasonPlan = {
  /** first day, as a UTC midnight in ISO form */
  readonly from: string;
  /** length in days */
  readonly days: number;
  /** share of bursts taken by infrared flash, 0–1, at the first and last day */
  readonly nightShare: readonly [number, number];
  /** odds of each weather; they sum to 1 */
  readonly weather: Readonly<Record<Weather, number>>;
  /** wear of the lens at the first and last day, 0 (new) – 1 (nearly blind) */
  readonly lens: readonly [number, number];
  /** range of the thermometer in the info bar, °C */
  readonly celsius: readonly [number, number];
  /** sunrise and sunset, hours */
  readonly daylight: readonly [number, number];
};

export const SEASON_PLANS: Readonly<Record<Season, SeasonPlan>> = {
  leaf: {
    from: '2025-06-02', days: 90, nightShare: [0.1, 0.24], lens: [0, 0.12], celsius: [11, 29], daylight: [5.2, 21.0],
    weather: { clear: 0.84, rain: 0.1, fog: 0.06, snowfall: 0 },
  },
  fall: {
    from: '2025-09-08', days: 80, nightShare: [0.24, 0.42], lens: [0.12, 0.25], celsius: [0, 16], daylight: [7.0, 18.2],
    weather: { clear: 0.55, rain: 0.23, fog: 0.22, snowfall: 0 },
  },
  snow: {
    from: '2025-12-01', days: 85, nightShare: [0.42, 0.55], lens: [0.25, 0.34], celsius: [-17, 1], daylight: [8.1, 16.6],
    weather: { clear: 0.56, rain: 0, fog: 0.14, snowfall: 0.3 },
  },
  thaw: {
    from: '2026-03-02', days: 80, nightShare: [0.5, 0.3], lens: [0.34, 0.4], celsius: [-3, 11], daylight: [6.6, 19.0],
    weather: { clear: 0.57, rain: 0.25, fog: 0.15, snowfall: 0.03 },
  },
};

/**
 * How much of a neighbouring season shows at a stage: the first stage still holds a quarter of the season before, the last one a quarter of the season after.
 * @returns the neighbour and its share, 0–1 (0 at the ends of the year)
 */
export const neighbourOf = (season: Season, stage: number, stages: number): { readonly season: Season; readonly share: number } => {
  const step = stage === 0 ? -1 : stage === stages - 1 ? 1 : 0;
  const neighbour = SEASONS[SEASONS.indexOf(season) + step];
  return neighbour === undefined || step === 0 ? { season, share: 0 } : { season: neighbour, share: 0.25 };
};

/** `from` … `to` by `share`, 0–1. */
export const mix = (from: number, to: number, share: number): number => from + (to - from) * share;

/** The colour `share` of the way from one `#rrggbb` to another. */
export const mixHex = (from: string, to: string, share: number): string =>
  `#${[1, 3, 5].map((at) => Math.round(mix(Number.parseInt(from.slice(at, at + 2), 16), Number.parseInt(to.slice(at, at + 2), 16), share)).toString(16).padStart(2, '0')).join('')}`;
