import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { cutArt } from './cut-art.ts';
import { iconArt } from './icon-art.ts';
import { indexCsv } from './index-csv.ts';
import { backLayerSvg, frontLayerSvg } from './landscape.ts';
import { describeYear, GENERATOR_VERSION, STAGES } from './scene.ts';
import { SEASONS } from './season.ts';
import { coatOf, LABELS } from './species.ts';

const frozen = readFileSync(path.join(import.meta.dirname, 'FROZEN.md'), 'utf8');
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const year = describeYear({ seed: 1, perPeriod: 600, drawings: 'usual' });

/** Every view and every coat, before any pixel: what would change the pictures without changing the scenes. */
const drawings = (): string => {
  const sites = [...new Map(year.map((scene) => [scene.site.camera, scene.site])).values()].sort((one, other) => (one.camera < other.camera ? -1 : 1));
  const stages = SEASONS.flatMap((season) => Array.from({ length: STAGES }, (_, stage) => ({ season, stage })));
  const views = sites.flatMap((site) => stages.map(({ season, stage }) => backLayerSvg(site, season, stage) + frontLayerSvg(site, season, stage)));
  const animals = LABELS.flatMap((label) => (label === 'empty' ? [] : stages.map(({ season, stage }) => {
    const coat = coatOf(label, season, stage, STAGES);
    return iconArt(label, coat) + cutArt(label, coat);
  })));
  return [...views, ...animals].join('\n');
};

it.each([
  ['version', () => GENERATOR_VERSION],
  ['index.csv of seed 1', () => digest(indexCsv(year))],
  ['scenes of seed 1', () => digest(JSON.stringify(year))],
  ['drawings of seed 1', () => digest(drawings())],
])('%s is the frozen one: whoever changes it measures again and writes FROZEN.md anew', (name, now) => {
  expect(frozen).toContain(`| ${name} | \`${now()}\` |`);
});
