import { expect, it } from 'vitest';
import { measureRoute, reviewRouteBytesMax } from './route-size.ts';

it('the review page needs at most 250 kB of script, compressed', async () => {
  const scripts = await measureRoute('review-page');
  const total = scripts.reduce((sum, each) => sum + each.compressedBytes, 0);
  console.log(`review page: ${(total / 1000).toFixed(1)} kB compressed in ${scripts.length} scripts`);
  expect(total).toBeGreaterThan(50_000);
  expect(total).toBeLessThanOrEqual(reviewRouteBytesMax);
}, 60_000);
