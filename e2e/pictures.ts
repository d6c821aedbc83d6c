/**
 * Takes the pictures of the documents from the running product: node e2e/pictures.ts INVITATION_LINK PROJECT
 * The project should have an open round; the demo's pictures are drawn by a program, so they may be shown.
 */
import { join } from 'node:path';
import { launchBrowser, signInByInvitation } from './page.ts';

const [link = '', project = 'demo'] = process.argv.slice(2);
const folder = join(import.meta.dirname, '..', 'docs', 'pictures');
const browser = await launchBrowser();
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await signInByInvitation(page, link, { name: 'Ada', email: 'ada@example.org', password: 'a long enough phrase' });
const { origin } = new URL(link);
for (const scheme of ['light', 'dark'] as const) {
  await page.emulateMedia({ colorScheme: scheme });
  for (const name of ['review', 'models']) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${origin}/p/${project}/${name}`);
    await page.waitForTimeout(2_500);
    await page.screenshot({ path: join(folder, `${name}-${scheme}.png`) });
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${origin}/p/${project}/review`);
  await page.waitForTimeout(2_500);
  await page.screenshot({ path: join(folder, `review-phone-${scheme}.png`) });
}
await browser.close();
