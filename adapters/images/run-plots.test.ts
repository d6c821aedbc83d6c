import { expect, it } from 'vitest';
import { reliabilityBins } from '../../statistics/calibration-error.ts';
import { createRunPlots } from './run-plots.ts';

it('draws the three plots of a run twice each, and recall from the confusion', async () => {
  const files = await createRunPlots().files({ confusion: [[9, 1], [0, 0]], reliability: reliabilityBins([0.9, 0.6], [1, 0], 10) }, ['fox', 'deer']);
  expect(files.map(({ path, mediaType }) => [path, mediaType])).toEqual(['confusion-matrix', 'recall-by-class', 'reliability'].flatMap((name) => [
    [`plots/${name}.svg`, 'image/svg+xml'], [`plots/${name}.png`, 'image/png'],
  ]));
  const recall = Buffer.from(files[2]?.bytes ?? []).toString();
  expect(recall).toContain('90.0 % of 10');
  expect(recall).toContain('no images');
  for (const file of files.filter(({ mediaType }) => mediaType === 'image/png')) expect(Buffer.from(file.bytes.slice(1, 4)).toString()).toBe('PNG');
});
