import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { workflowBundle } from './workflow-bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'perennial-bundle-'));
const sources = mkdtempSync(join(tmpdir(), 'perennial-sources-'));
afterAll(() => { for (const each of [folder, sources]) rmSync(each, { recursive: true, force: true }); });
const workflowsPath = join(import.meta.dirname, '..', '..', 'workflows', 'index.ts');

it('is made once for each state of its sources, and holds the workflows', async () => {
  writeFileSync(join(sources, 'a.ts'), 'export const a = 1;');
  const options = { workflowsPath, sourceFolders: [sources], cacheDir: folder };
  const first = await workflowBundle(options);
  expect(readFileSync(first.codePath, 'utf8')).toContain('collectPredictions');
  const { mtimeMs } = statSync(first.codePath);
  expect(await workflowBundle(options)).toEqual(first);
  expect(statSync(first.codePath).mtimeMs).toBe(mtimeMs);
  // A test beside a source is not in the bundle.
  writeFileSync(join(sources, 'a.test.ts'), 'export const b = 1;');
  expect(await workflowBundle(options)).toEqual(first);
  writeFileSync(join(sources, 'a.ts'), 'export const a = 2;');
  expect((await workflowBundle(options)).codePath).not.toBe(first.codePath);
}, 120_000);

it('says what is wrong with workflows that do not build, and leaves nothing behind', async () => {
  const before = readdirSync(join(folder, 'workflows'));
  await expect(workflowBundle({ workflowsPath: join(sources, 'none.ts'), sourceFolders: [sources], cacheDir: folder })).rejects.toThrow('could not be bundled');
  expect(readdirSync(join(folder, 'workflows'))).toEqual(before);
}, 120_000);
