import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { BrowserContext } from 'playwright-core';
import { type Browser, launchBrowser, type Page, signInByInvitation } from './page.ts';
import { v7 as uuidv7 } from 'uuid';
import { classNames, type ReviewHouse, type SeededProject, startReviewHouse } from './review-house.ts';

let house: ReviewHouse;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const projects = new Map<string, SeededProject>();

beforeAll(async () => {
  [house, browser] = await Promise.all([startReviewHouse(40), launchBrowser()]);
  const wanted = { fast: { images: 200 }, undo: { images: 30 }, offline: { images: 40, policy: { leaseSeconds: 5 } }, lost: { images: 30 }, away: { images: 60, viewsReady: true }, typing: { images: 30 }, tabs: { images: 40 }, own: { images: 30, blind: (index: number) => index === 1 }, bursts: { images: 24, burst: 4 } };
  for (const [slug, options] of Object.entries(wanted)) projects.set(slug, await house.project(slug, options));
  context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  await signInByInvitation(page, house.invitation, { name: 'Ada', email: 'ada@example.org', password: 'a long enough phrase' });
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await house?.stop();
}, 60_000);

const key = { deer: 'd', boar: 'o', fox: 'f', hare: 'h', badger: 'a', empty: 'e' } as const;
const letters = Object.values(key);

const ready = (on: Page): Promise<void> => on.locator('[data-testid=viewer]:is([data-state=thumbnail],[data-state=fitted])').waitFor();

async function openReview(on: Page, slug: string, view = ''): Promise<void> {
  await on.goto(`${house.url}/p/${slug}/review${view}`);
  await ready(on);
}
const shownItem = (on: Page): Promise<string> => on.getByTestId('viewer').evaluate((element) => (element as HTMLElement).dataset['item'] ?? '');
const saved = (on: Page): Promise<void> => on.locator('[data-testid=save-state][data-status=saved]').waitFor({ timeout: 90_000 });

/** Presses a key and waits for the next image, so that what is pressed is about what is shown. */
async function answer(on: Page, pressed: string): Promise<string> {
  await ready(on);
  const item = await shownItem(on);
  await on.keyboard.press(pressed);
  await on.waitForFunction((was) => document.querySelector<HTMLElement>('[data-testid=viewer]')?.dataset['item'] !== was, item);
  return item;
}
async function answerMany(on: Page, count: number): Promise<{ item: string; classId: number }[]> {
  const given = [];
  for (let i = 0; i < count; i += 1) given.push({ item: await answer(on, letters[i % letters.length] ?? 'd'), classId: i % letters.length });
  return given;
}

/** What stands in the database, in the order written. */
async function written(slug: string) {
  const rows = await house.database.annotation.findMany({ where: { projectId: projects.get(slug)?.id ?? '' }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
  return rows.map(({ reviewItemId, kind, classId, comment }) => ({ item: reviewItemId, kind, classId, comment }));
}
const answersOnly = (rows: Awaited<ReturnType<typeof written>>) => rows.filter((row) => row.kind === 'class').map(({ item, classId }) => ({ item, classId }));

describe('keys', () => {
  it('200 images by keys alone at machine speed: every answer once, in order', async () => {
    await openReview(page, 'fast');
    const given = await answerMany(page, 199);
    await ready(page);
    const last = await shownItem(page);
    await page.keyboard.press('d');
    await page.getByTestId('review-empty').waitFor();
    await saved(page);
    expect(answersOnly(await written('fast'))).toEqual([...given, { item: last, classId: 0 }]);
  });
  it('undo takes back what was saved, across images and a reload', async () => {
    await openReview(page, 'undo');
    const [first, second] = await answerMany(page, 3);
    await saved(page);
    await page.reload();
    await ready(page);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await page.getByTestId('undone').waitFor();
    await saved(page);
    const rows = await written('undo');
    expect(rows.map((row) => row.kind)).toEqual(['class', 'class', 'class', 'withdrawal', 'withdrawal']);
    expect(rows[4]?.item).toBe(second?.item);
    expect(first?.item).toBe(rows[0]?.item);
    await page.locator(`[data-testid=viewer][data-item="${second?.item}"]`).waitFor();
    await answer(page, 'f');
    await saved(page);
    expect((await written('undo')).at(-1)).toMatchObject({ item: second?.item, kind: 'class', classId: classNames.indexOf('fox') });
  });
  it('a person’s own keys, macros and “same again” do what they say, and stay after a reload', async () => {
    await openReview(page, 'own');
    await page.keyboard.press('?');
    await page.getByTestId('key-skip').click();
    await page.keyboard.press('F4');
    await page.keyboard.press('Escape');
    await page.getByTestId('action-macros').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Two foxes');
    await dialog.getByLabel('Answer').selectOption({ label: 'fox' });
    await dialog.getByLabel('Comment').fill('two of them');
    await dialog.getByLabel('Key').press('F2');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await page.keyboard.press('Escape');
    await openReview(page, 'own');
    await answer(page, 'F2');
    expect(await page.getByTestId('viewer').getAttribute('data-blind')).toBe('true');
    expect(await page.getByTestId('action-accept').count()).toBe(0);
    await answer(page, 'r');
    await answer(page, 'F4');
    await saved(page);
    const fox = classNames.indexOf('fox');
    expect((await written('own')).map(({ kind, classId, comment }) => [kind, classId, comment])).toEqual([['class', fox, 'two of them'], ['class', fox, 'two of them'], ['skip', null, null]]);
  });
  it('everything is found by its name', async () => {
    await openReview(page, 'own');
    const item = await shownItem(page);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('badg');
    await page.keyboard.press('Enter');
    await page.waitForFunction((was) => document.querySelector<HTMLElement>('[data-testid=viewer]')?.dataset['item'] !== was, item);
    await saved(page);
    expect((await written('own')).at(-1)).toMatchObject({ item, classId: classNames.indexOf('badger') });
  });
});

describe('without a connection', () => {
  it('answers wait while offline, longer than the hold lasts, and arrive once', async () => {
    await openReview(page, 'offline');
    await page.waitForTimeout(1_500);
    const before = await answerMany(page, 2);
    await saved(page);
    await context.setOffline(true);
    const during = await answerMany(page, 8);
    await page.locator('[data-testid=save-state][data-status=offline][data-waiting="8"]').waitFor();
    await page.waitForTimeout(7_000);
    await context.setOffline(false);
    await saved(page);
    expect(answersOnly(await written('offline'))).toEqual([...before, ...during]);
    expect(await page.getByText('could not be saved').count()).toBe(0);
  });
  it('ten minutes away: holds are over long since, and each answer arrives once, in order', async () => {
    const other = await context.newPage();
    onTestFinished(async () => { await context.setOffline(false); await other.close(); });
    await other.clock.install();
    await openReview(other, 'away');
    const before = await answerMany(other, 2);
    await saved(other);
    await other.waitForLoadState('networkidle');
    await context.setOffline(true);
    const during = await answerMany(other, 20);
    for (let minute = 0; minute < 10; minute += 1) await other.clock.fastForward(60_000);
    expect(await other.locator('[data-testid=save-state][data-status=offline]').getAttribute('data-waiting')).toBe('20');
    // The database's clock went on as well: every hold ran out.
    await house.database.$executeRaw`UPDATE "ReviewItem" SET "leaseExpiresAt" = "leaseExpiresAt" - interval '10 minutes' WHERE "projectId" = ${projects.get('away')?.id ?? ''}::uuid AND "leaseExpiresAt" IS NOT NULL`;
    await context.setOffline(false);
    await other.clock.fastForward(20_000);
    await saved(other);
    expect(answersOnly(await written('away'))).toEqual([...before, ...during]);
    expect(await other.getByText('could not be saved').count()).toBe(0);
  });
  it('a hold that ends while a comment is typed loses neither the text nor anybody’s answer', async () => {
    await openReview(page, 'typing');
    await page.waitForTimeout(1_500);
    const item = await shownItem(page);
    await page.keyboard.press('c');
    await page.getByRole('dialog').locator('textarea').fill('a ring on the left leg');
    // Meanwhile the hold ends, and somebody else answers.
    const row = await house.database.reviewItem.findUniqueOrThrow({ where: { id: item } });
    await house.database.reviewItem.update({ where: { id: item }, data: { state: 'settled', settledAt: new Date(), leasedBy: null, leaseExpiresAt: null, fence: row.fence + 1 } });
    await house.database.annotation.create({ data: { id: uuidv7(), projectId: row.projectId, reviewItemId: item, imageId: row.imageId, userId: 'somebody', kind: 'class', classId: 1, fence: row.fence + 1, clientKey: 'theirs' } });
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await answer(page, 'd');
    await saved(page);
    await page.getByText('a ring on the left leg').waitFor();
    expect((await written('typing')).filter((each) => each.item === item).map((each) => each.classId)).toEqual([1]);
  });
  it('an answer whose reply was lost is not written twice, and a reload in between loses nothing', async () => {
    await openReview(page, 'lost');
    let cut = true;
    // The server gets the write, the page never hears of it.
    await context.route('**/annotations', async (route) => {
      if (!cut) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    const given = await answerMany(page, 4);
    await page.locator('[data-testid=save-state][data-status=offline]').waitFor();
    let asked = false;
    page.once('dialog', (dialog) => { asked = dialog.type() === 'beforeunload'; void dialog.accept(); });
    await page.reload();
    expect(asked).toBe(true);
    await page.locator('[data-testid=save-state][data-waiting="4"]').waitFor();
    cut = false;
    await saved(page);
    await context.unroute('**/annotations');
    expect(answersOnly(await written('lost'))).toEqual(given);
  });
  it('two tabs of one person answer each image once; what a closed tab left is sent by the other', async () => {
    const other = await context.newPage();
    await openReview(page, 'tabs');
    await context.route('**/annotations', (route) => (route.request().frame().page() === other ? route.abort() : route.continue()));
    await openReview(other, 'tabs');
    const left = await answerMany(other, 3);
    await other.locator('[data-testid=save-state][data-waiting="3"]').waitFor();
    await other.close({ runBeforeUnload: false });
    await openReview(page, 'tabs');
    await saved(page);
    await answerMany(page, 5);
    await saved(page);
    await context.unroute('**/annotations');
    const rows = answersOnly(await written('tabs'));
    expect(rows.slice(0, 3)).toEqual(left);
    expect(new Set(rows.map((row) => row.item)).size).toBe(8);
  });
});

describe('bursts', () => {
  it('one key answers a burst, but for the frame that was named as an exception; empty is asked twice', async () => {
    await openReview(page, 'bursts', '?view=burst');
    await page.locator('.frames button[data-seen=true]').nth(3).waitFor();
    await page.keyboard.press('ArrowRight');
    await ready(page);
    await page.keyboard.press('x');
    await page.keyboard.press('h');
    await page.locator('.frames button[data-exception=true]').waitFor();
    await answer(page, 'd');
    await page.locator('.frames button[data-seen=true]').nth(3).waitFor();
    await page.keyboard.press('e');
    await page.getByTestId('press-again').waitFor();
    await answer(page, 'e');
    await saved(page);
    const labels = await house.database.label.findMany({ where: { projectId: projects.get('bursts')?.id ?? '' }, orderBy: { createdAt: 'asc' } });
    const counts = Object.fromEntries(classNames.map((name, classId) => [name, labels.filter((label) => label.classId === classId).length]));
    expect(counts).toMatchObject({ deer: 3, hare: 1, empty: 4 });
  });
});
