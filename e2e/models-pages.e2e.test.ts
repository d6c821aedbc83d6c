import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedModels } from './models-house.ts';
import { type Browser, launchBrowser, type Page, signInByInvitation } from './page.ts';
import { type ReviewHouse, startReviewHouse } from './review-house.ts';

let house: ReviewHouse;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let seeded: Awaited<ReturnType<typeof seedModels>>;
const cacheDir = mkdtempSync(join(tmpdir(), 'perennial-models-'));

beforeAll(async () => {
  [house, browser] = await Promise.all([startReviewHouse(16), launchBrowser()]);
  seeded = await seedModels(house, 'woods', cacheDir, 160);
  // Before the invitation is taken: it is to every project there is by then.
  await house.project('nothing', { images: 0 });
  context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  await signInByInvitation(page, house.invitation, { name: 'Ada', email: 'ada@example.org', password: 'a long enough phrase' });
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await house?.stop();
  rmSync(cacheDir, { recursive: true, force: true });
}, 60_000);

const pages = (): string[] => [
  'models', 'models/2', 'models/2?holdout=reference', 'models/1', 'models/compare?version=3&against=2', 'models/hindsight?version=3&confidenceMin=0.9', `challenges/${seeded.challengeId}`, 'history', 'history?action=*', 'cameras',
  `lineage/image/${seeded.imageIds[1]}`, 'datasets/diff', 'datasets',
];

async function audit(): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(' | ')}`);
}

describe.each(['light', 'dark'] as const)('engineers’ pages, %s', (colorScheme) => {
  it('axe finds nothing on any of them', async () => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const found: string[] = [];
    for (const name of pages()) {
      await page.goto(`${house.url}/p/woods/${name}`);
      await page.waitForLoadState('networkidle');
      await page.waitForTimeout(300);
      found.push(...(await page.getByRole('alert').allTextContents()).map((text) => `${name}: ${text}`), ...(await audit()).map((each) => `${name}: ${each}`));
    }
    expect(found).toEqual([]);
  }, 240_000);
});

it('none needs sideways scrolling at 360 px, in Spanish neither', async () => {
  const phone = await browser.newContext({ locale: 'es-ES', viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, storageState: await context.storageState() });
  const small = await phone.newPage();
  for (const name of pages()) {
    await small.goto(`${house.url}/p/woods/${name}`);
    await small.waitForLoadState('networkidle');
    expect([name, await small.evaluate(() => document.documentElement.scrollWidth)]).toEqual([name, 360]);
  }
  await phone.close();
}, 120_000);

it('a cell of the confusion matrix opens its pictures, by keys alone, and they are as many as it says', async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${house.url}/p/woods/models/2`);
  const cell = page.locator('.matrix td[data-right=true] button').first();
  await cell.waitFor();
  const count = Number(await cell.textContent());
  await cell.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.locator('.judged').first().waitFor();
  expect(await dialog.locator('.judged').count()).toBe(Math.min(24, count));
  await expect.poll(() => dialog.locator('.judged img').first().evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
  expect(await audit()).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await cell.evaluate((button) => button === document.activeElement)).toBe(true);
});

it('a rollback asks for a reason, and the page says who is champion then', async () => {
  await page.goto(`${house.url}/p/woods/models/2`);
  await page.getByRole('button', { name: 'Roll back' }).click();
  await page.getByRole('textbox').fill('the foxes are gone');
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
  await page.getByText('Version 1 answers again.').waitFor();
  const last = await house.database.promotion.findFirstOrThrow({ where: { projectId: seeded.projectId }, orderBy: { sequence: 'desc' } });
  expect(last).toMatchObject({ kind: 'rollback', reason: 'the foxes are gone' });
  await page.goto(`${house.url}/p/woods/history?action=model.*`);
  await page.getByText('the foxes are gone').first().waitFor();
});

it('a project with nothing in it says on every page what to do next', async () => {
  for (const name of ['models/compare', 'models/1', 'history?action=gold.*', 'datasets/diff', 'models']) {
    await page.goto(`${house.url}/p/nothing/${name}`);
    await page.waitForLoadState('networkidle');
    await page.locator('.empty-note').first().waitFor();
    expect([name, await audit()]).toEqual([name, []]);
  }
});
