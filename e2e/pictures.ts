/**
 * Takes the pictures of the README and the guide from the running product: npm run pictures
 * It starts the real database, store and api with nothing in them, on pictures that a program draws, so they may be shown.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser, type Page, signInByInvitation } from './page.ts';
import { type ReviewHouse, startReviewHouse } from './review-house.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'pictures');
/** A picture in a document is on every page view of it: none may weigh more. */
const bytesMax = 150_000;
const wide = { width: 1280, height: 800 };

interface Shot { readonly name: string; readonly path: string; readonly size?: { width: number; height: number }; readonly before?: (page: Page) => Promise<void> }

const seen = (page: Page): Promise<void> => page.locator('[data-testid=viewer][data-state=fitted]').waitFor();
async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.waitForTimeout(900);
  }
}

const shots: readonly Shot[] = [
  { name: 'review', path: 'beechwood/review', before: async (page) => { await seen(page); await press(page, 'd', 'Space', 'f', 'Space', 'h', 'Space'); await seen(page); } },
  { name: 'review-keys', path: 'beechwood/review', before: async (page) => { await seen(page); await page.keyboard.press('?'); await page.getByRole('dialog').waitFor(); } },
  { name: 'review-burst', path: 'bursts/review?view=burst', before: async (page) => { await seen(page); await page.locator('.frames button[data-seen=true]').nth(3).waitFor(); await press(page, 'ArrowRight', 'x', 'h'); } },
  { name: 'review-grid', path: 'beechwood/review?view=grid', before: async (page) => { await page.getByTestId('grid-class-deer').click(); await page.locator('.tile[data-state=accepted]').nth(4).waitFor(); await press(page, 'ArrowRight', 'ArrowRight', 'x'); } },
  { name: 'adjudicate', path: 'disputed/adjudicate', before: async (page) => { await page.getByTestId('adjudicate-item').waitFor(); await page.locator('.given li').first().waitFor(); } },
  { name: 'review-phone', path: 'beechwood/review', size: { width: 390, height: 780 }, before: seen },
];

/** A screenshot as WebP, by the code that makes the product's own views. */
async function keep(name: string, png: Buffer): Promise<void> {
  const { createSharpReader } = await import('../adapters/images/sharp-reader.ts');
  const { bytes } = await createSharpReader().view(png, Math.max(wide.width, wide.height));
  if (bytes.length > bytesMax) throw new Error(`${name} has ${bytes.length} bytes: more than ${bytesMax}`);
  writeFileSync(join(folder, `${name}.webp`), bytes);
  console.log(`docs/pictures/${name}.webp  ${Math.round(bytes.length / 1000)} kB`);
}

async function take(page: Page, house: ReviewHouse, { name, path, size = wide, before }: Shot): Promise<void> {
  await page.setViewportSize(size);
  await page.goto(`${house.url}/p/${path}`);
  await before?.(page);
  await page.waitForLoadState('networkidle');
  await keep(name, await page.screenshot());
}

const only = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const house = await startReviewHouse(60);
const browser = await launchBrowser();
try {
  await house.project('beechwood', { images: 120 });
  await house.project('bursts', { images: 48, burst: 4 });
  await house.project('disputed', { images: 12, disputed: 6 });
  const context = await browser.newContext({ locale: 'en-GB', colorScheme: 'light', reducedMotion: 'reduce' });
  const page = await context.newPage();
  await signInByInvitation(page, house.invitation, { name: 'Ada', email: 'ada@example.org', password: 'a long enough phrase' });
  for (const shot of shots.filter(({ name }) => only.length === 0 || only.includes(name))) await take(page, house, shot);
} finally {
  await browser.close();
  await house.stop();
}
