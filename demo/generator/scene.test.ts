import { describe, expect, it } from 'vitest';
import { indexCsv, INDEX_COLUMNS } from './index-csv.ts';
import { CAMERAS, describeYear, lookOf, type Scene } from './scene.ts';
import { SEASONS } from './season.ts';
import { PICTURE } from './site.ts';
import { LABELS } from './species.ts';

const year = (seed: number, perPeriod = 120, drawings: 'usual' | 'heldOut' = 'usual'): Scene[] => describeYear({ seed, perPeriod, drawings });

const burstsOf = (scenes: readonly Scene[]): Scene[][] => [...Map.groupBy(scenes, (scene) => scene.burst).values()];

describe('a described year', () => {
  it('is the same for the same seed and another for another seed', () => {
    expect(year(3)).toEqual(year(3));
    expect(indexCsv(year(3))).not.toBe(indexCsv(year(4)));
  });

  it('holds the asked number of pictures in each season, in time order', () => {
    const scenes = year(1);
    for (const season of SEASONS) expect(scenes.filter((scene) => scene.season === season)).toHaveLength(120);
    const bursts = burstsOf(scenes).map(([first]) => first?.capturedAt ?? '');
    expect(bursts).toEqual([...bursts].sort());
  });

  it('gives every class an equal share of the bursts of a season, give or take one', () => {
    for (const season of SEASONS) {
      const labels = burstsOf(year(1, 600).filter((scene) => scene.season === season)).map(([first]) => first?.label);
      const counts = LABELS.map((label) => labels.filter((one) => one === label).length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });

  it('keeps camera, label and weather within a burst of one to three frames, two seconds apart', () => {
    for (const frames of burstsOf(year(5))) {
      expect(frames.length).toBeLessThanOrEqual(3);
      expect(new Set(frames.map((frame) => `${frame.site.camera} ${frame.label} ${frame.weather} ${frame.season}`)).size).toBe(1);
      frames.forEach((frame, index) => expect(Date.parse(`${frame.capturedAt}Z`) - Date.parse(`${frames[0]?.capturedAt}Z`)).toBe(index * 2000));
    }
  });

  it('shows animals of the labelled species alone, inside the picture, and none where the label is empty', () => {
    for (const scene of year(2)) {
      expect(scene.animals.length > 0).toBe(scene.label !== 'empty');
      for (const animal of scene.animals) {
        expect(animal.species).toBe(scene.label);
        expect(animal.x).toBeGreaterThan(0);
        expect(animal.x).toBeLessThan(PICTURE.width);
        expect(animal.feet).toBeLessThanOrEqual(PICTURE.height - PICTURE.bar);
      }
    }
  });

  it('never mixes the held-out drawings with the usual ones, and moves nothing else', () => {
    const families = (scenes: readonly Scene[]): string[] => [...new Set(scenes.flatMap((scene) => scene.animals.map((animal) => animal.family)))];
    const usual = families(year(1));
    const heldOut = families(year(1, 120, 'heldOut'));
    expect(usual.some((family) => heldOut.includes(family))).toBe(false);
    expect(indexCsv(year(1))).toBe(indexCsv(year(1, 120, 'heldOut')));
  });

  it('wears the lens down, and lengthens the nights, from leaf to snow', () => {
    const scenes = year(1, 600);
    const of = (season: string): Scene[] => scenes.filter((scene) => scene.season === season);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const blur = SEASONS.map((season) => mean(of(season).map((scene) => scene.lens.blur)));
    expect(blur).toEqual([...blur].sort((one, other) => one - other));
    const nights = SEASONS.slice(0, 3).map((season) => mean(of(season).map((scene) => (scene.light.kind === 'infrared' ? 1 : 0))));
    expect(nights).toEqual([...nights].sort((one, other) => one - other));
  });

  it('looks like its own season in the middle and sometimes like the next one at the end', () => {
    expect(lookOf(1, 'fall', 0.5)).toEqual({ season: 'fall', stage: 1 });
    const late = Array.from({ length: 40 }, (_, seed) => lookOf(seed, 'fall', 0.99).season);
    expect(new Set(late)).toEqual(new Set(['fall', 'snow']));
  });

  it('refuses a period without pictures', () => {
    expect(() => year(1, 0)).toThrow(RangeError);
    expect(() => year(1, 1.5)).toThrow(RangeError);
  });
});

describe('index.csv', () => {
  const rows = indexCsv(year(1)).trimEnd().split('\n').map((row) => row.split(','));

  it('has the documented columns, one row a picture, each path once, and no label in a path', () => {
    expect(rows[0]).toEqual([...INDEX_COLUMNS]);
    expect(rows).toHaveLength(481);
    expect(rows.every((row) => row.length === INDEX_COLUMNS.length)).toBe(true);
    expect(new Set(rows.map(([path]) => path)).size).toBe(481);
    for (const [path] of rows.slice(1)) expect(LABELS.some((label) => path?.includes(label))).toBe(false);
  });

  it('names known labels, cameras and periods, and readable times', () => {
    for (const [, label, camera, capturedAt, period] of rows.slice(1)) {
      expect(LABELS).toContain(label);
      expect(Number(camera?.slice(4))).toBeLessThanOrEqual(CAMERAS);
      expect(capturedAt).toMatch(/^202[56]-\d\d-\d\dT\d\d:\d\d:\d\d$/);
      expect(SEASONS).toContain(period);
    }
  });
});
