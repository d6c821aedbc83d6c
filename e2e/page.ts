import { type Browser, chromium, type Page } from 'playwright-core';

export type { Browser, Page } from 'playwright-core';

/** Starts the machine's own Chromium; PERENNIAL_CHROMIUM names another. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['PERENNIAL_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
  });
}

/** Opens an invitation link, joins, and waits for the first project's page. */
export async function signInByInvitation(page: Page, url: string, { name, email, password }: { name: string; email: string; password: string }): Promise<void> {
  await page.goto(url);
  await page.locator('input[name=name]').fill(name);
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL(/\/p\/[^/]+$/);
}

/** The image on screen, as the page tells it. */
export interface ShownItem { readonly itemId: string; readonly imageId: string; readonly blind: boolean }

const seen = '[data-testid=viewer]:not([data-item=""]):not([data-state=loading])';

/**
 * Labels up to `count` images by keys alone: the class `decide` names, or "unsure" where it names none.
 * Ends early when nothing is left, waits until all is saved, and gives how many were decided.
 */
export async function labelByKeyboard(page: Page, url: string, project: string, decide: (shown: ShownItem) => string | null, count: number): Promise<number> {
  await page.goto(new URL(`/p/${project}/review`, url).href);
  const empty = page.getByTestId('review-empty');
  let decided = 0;
  while (decided < count) {
    await page.locator(seen).or(empty).first().waitFor();
    if (await empty.isVisible()) break;
    const shown = await page.locator(seen).evaluate(({ dataset }) => ({ itemId: dataset['item'] ?? '', imageId: dataset['image'] ?? '', blind: dataset['blind'] === 'true' }));
    const name = decide(shown);
    if (name === null) await page.keyboard.press('u');
    else await pressClass(page, name);
    decided += 1;
    await page.waitForFunction((was) => document.querySelector<HTMLElement>('[data-testid=viewer]')?.dataset['item'] !== was, shown.itemId);
  }
  await page.locator('[data-testid=save-state][data-status=saved]').waitFor({ timeout: 60_000 });
  return decided;
}

/** The class's own letter, where it has one, else the search. */
async function pressClass(page: Page, name: string): Promise<void> {
  const letter = await page.locator(`button[data-class="${quoted(name)}"]`).getAttribute('aria-keyshortcuts');
  if (letter !== null) return page.keyboard.press(letter);
  await page.keyboard.press('/');
  await page.getByRole('dialog').locator('input').fill(name);
  await page.keyboard.press('Enter');
}

const quoted = (text: string): string => text.replaceAll(/["\\]/g, '\\$&');

/** Presses "Retrain now" and waits until the run ended; `text` is what the page says of it. */
export async function retrainNow(page: Page, url: string, project: string, timeoutMs = 300_000): Promise<{ promoted: boolean; text: string }> {
  await page.goto(new URL(`/p/${project}/models`, url).href);
  await page.getByTestId('retrain-now').click();
  const ended = page.locator('[data-testid=retrain-state]:is([data-state=done],[data-state=skipped],[data-state=failed])');
  await ended.waitFor({ timeout: timeoutMs });
  return { promoted: (await ended.getAttribute('data-promoted')) === 'true', text: await ended.textContent() ?? '' };
}
