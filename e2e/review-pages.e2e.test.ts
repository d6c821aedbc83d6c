import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, launchBrowser, type Page, signInByInvitation } from './page.ts';
import { type ReviewHouse, startReviewHouse } from './review-house.ts';

let house: ReviewHouse;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  [house, browser] = await Promise.all([startReviewHouse(24), launchBrowser()]);
  await house.project('woods', { images: 48, burst: 3, blind: (index) => index === 3, disputed: 3 });
  await house.project('grid', { images: 160 });
  await house.project('disputed', { images: 8, disputed: 4 });
  context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  await signInByInvitation(page, house.invitation, { name: 'Ada', email: 'ada@example.org', password: 'a long enough phrase' });
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await house?.stop();
}, 60_000);

const pages = ['', 'review', 'review?view=burst', 'review?view=grid', 'adjudicate', 'rounds', 'models', 'datasets', 'classes', 'people', 'quality'] as const;
const settled = (): Promise<unknown> => page.waitForLoadState('networkidle').then(() => page.waitForTimeout(300));

async function audit(): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
}

describe.each(['light', 'dark'] as const)('accessibility, %s', (colorScheme) => {
  it.each(pages)('axe finds nothing on “%s”', async (name) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(`${house.url}/p/woods/${name}`);
    await settled();
    expect(await audit()).toEqual([]);
  });
  it('nor on what opens over the review page', async () => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(`${house.url}/p/woods/review`);
    await page.locator('[data-testid=viewer][data-state=fitted]').waitFor();
    for (const key of ['?', 'Control+k', '/', 'c', 'n']) {
      await page.keyboard.press(key);
      await page.getByRole('dialog').waitFor();
      await page.waitForTimeout(300);
      expect([key, await audit()]).toEqual([key, []]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.keyboard.press('l');
    expect(await audit()).toEqual([]);
  });
});

it.each(pages)('“%s” needs no sideways scrolling at 360 px, in Spanish neither', async (name) => {
  const phone = await browser.newContext({ locale: 'es-ES', viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, storageState: await context.storageState() });
  const small = await phone.newPage();
  await small.goto(`${house.url}/p/woods/${name}`);
  await small.waitForLoadState('networkidle');
  expect(await small.evaluate(() => document.documentElement.lang)).toBe('es');
  expect(await small.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await phone.close();
});

it('a page of one class: what was marked or not seen is not accepted, the rest is, and undo takes the page back', async () => {
  const { id: projectId } = await house.database.project.findUniqueOrThrow({ where: { slug: 'grid' } });
  await page.setViewportSize({ width: 900, height: 400 });
  await page.goto(`${house.url}/p/grid/review?view=grid`);
  await page.getByTestId('grid-class-deer').click();
  await page.locator('.tile[data-state=accepted]').nth(2).waitFor();
  const unseen = await page.locator('.tile[data-state=unseen]').count();
  expect(unseen).toBeGreaterThan(0);
  await page.keyboard.press('x');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('h');
  const accepted = await page.locator('.tile[data-state=accepted]').count();
  await page.keyboard.press('Enter');
  await page.locator('[data-testid=save-state][data-status=saved]').waitFor();
  const given = await house.database.annotation.findMany({ where: { projectId } });
  expect(given.filter((each) => each.classId === 0)).toHaveLength(accepted);
  expect(given.filter((each) => each.classId === 3)).toHaveLength(1);
  expect(given).toHaveLength(accepted + 1);
  await page.keyboard.press('Control+z');
  await page.waitForTimeout(500);
  await page.locator('[data-testid=save-state][data-status=saved]').waitFor();
  expect(await house.database.annotation.count({ where: { projectId, kind: 'withdrawal' } })).toBe(accepted + 1);
});

it('an adjudicator settles with one key, and takes it back', async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${house.url}/p/woods/adjudicate`);
  const item = page.getByTestId('adjudicate-item');
  await item.waitFor();
  const first = await item.getAttribute('data-item');
  await page.getByText('the ears are round').or(page.locator('.given li')).first().waitFor();
  await page.keyboard.press('1');
  await page.waitForFunction((was) => document.querySelector<HTMLElement>('[data-testid=adjudicate-item]')?.dataset['item'] !== was, first);
  await expect.poll(() => house.database.reviewItem.findUnique({ where: { id: first ?? '' } }).then((row) => row?.state), { timeout: 30_000 }).toBe('settled');
  await page.keyboard.press('Control+z');
  await page.locator(`[data-testid=adjudicate-item][data-item="${first}"]`).waitFor();
  expect(await house.database.reviewItem.findUnique({ where: { id: first ?? '' } }).then((row) => row?.state)).toBe('unresolved');
});

it('verdicts wait in the browser while there is no connection, over a reload too, and arrive once', async () => {
  const { id: projectId } = await house.database.project.findUniqueOrThrow({ where: { slug: 'disputed' } });
  await page.goto(`${house.url}/p/disputed/adjudicate`);
  const item = page.getByTestId('adjudicate-item');
  await item.waitFor();
  const before = await house.database.adjudication.count({ where: { projectId } });
  let cut = true;
  // The server gets the write, the page never hears of it.
  await context.route('**/verdict', async (route) => {
    if (!cut) return route.continue();
    await route.fetch();
    return route.abort('connectionreset');
  });
  const decided: string[] = [];
  for (const key of ['1', '2']) {
    await item.waitFor();
    const id = await item.getAttribute('data-item') ?? '';
    decided.push(id);
    await page.keyboard.press(key);
    await page.waitForFunction((was) => document.querySelector<HTMLElement>('[data-testid=adjudicate-item]')?.dataset['item'] !== was, id);
  }
  await page.locator('[data-testid=save-state][data-status=offline][data-waiting="2"]').waitFor();
  page.once('dialog', (dialog) => { void dialog.accept(); });
  await page.reload();
  await page.locator('[data-testid=save-state][data-waiting="2"]').waitFor();
  cut = false;
  await page.locator('[data-testid=save-state][data-status=saved]').waitFor({ timeout: 60_000 });
  await context.unroute('**/verdict');
  const rows = await house.database.adjudication.findMany({ where: { projectId }, orderBy: { createdAt: 'asc' } });
  expect(rows.slice(before).map((row) => row.reviewItemId)).toEqual(decided);
});

it('where the browser has no room left the page says so and goes on', async () => {
  await page.goto(`${house.url}/p/woods/review`);
  const viewer = page.locator('[data-testid=viewer][data-state=fitted]');
  await viewer.waitFor();
  await context.setOffline(true);
  await page.evaluate(() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; });
  const item = await viewer.getAttribute('data-item');
  await page.keyboard.press('d');
  await page.getByTestId('storage-full').waitFor();
  await page.waitForFunction((was) => document.querySelector<HTMLElement>('[data-testid=viewer]')?.dataset['item'] !== was, item);
  await context.setOffline(false);
  await page.locator('[data-testid=save-state][data-status=saved]').waitFor({ timeout: 60_000 });
  expect(await page.getByTestId('storage-full').count()).toBe(0);
  expect(await house.database.annotation.count({ where: { reviewItemId: item ?? '' } })).toBe(1);
});

it('an open round is told on other pages until it is put off, and one key is told to who has never answered', async () => {
  const fresh = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 }, storageState: { ...(await context.storageState()), origins: [] } });
  const tab = await fresh.newPage();
  await tab.goto(`${house.url}/p/grid/rounds`);
  const notice = tab.getByTestId('round-notice');
  await notice.waitFor();
  expect(await notice.textContent()).toMatch(/Round 1 is open: \d+ images wait for you/);
  await notice.getByRole('button', { name: 'Later' }).click();
  await notice.waitFor({ state: 'detached' });
  await tab.reload();
  await tab.getByRole('heading', { name: 'Rounds' }).waitFor();
  await tab.waitForLoadState('networkidle');
  expect(await notice.count()).toBe(0);
  await tab.goto(`${house.url}/p/grid/review`);
  await tab.locator('[data-testid=viewer][data-state=fitted]').waitFor();
  expect(await tab.getByTestId('first-hint').textContent()).toContain('Space where the model is right');
  for (const key of ['d', 'd', 'd']) {
    await tab.keyboard.press(key);
    await tab.waitForTimeout(300);
  }
  await tab.getByTestId('first-hint').waitFor({ state: 'detached' });
  await tab.locator('[data-testid=save-state][data-status=saved]').waitFor();
  await fresh.close();
});
