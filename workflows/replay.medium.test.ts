import { existsSync, mkdtempSync, cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeHistory } from '../testing/histories.ts';
import { bundleOf, quietRuntime, workflowsPath } from '../testing/workflow-world.ts';

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, 'histories');
const files = readdirSync(folder).filter((name) => name.endsWith('.binpb'));

async function failuresUnder(bundle: { code: string }, names: readonly string[]): Promise<string[]> {
  quietRuntime();
  const histories = names.map((name) => ({ workflowId: name, history: decodeHistory(readFileSync(join(folder, name))) }));
  const failed: string[] = [];
  for await (const result of Worker.runReplayHistories({ workflowBundle: bundle }, histories)) if (result.error !== undefined) failed.push(result.workflowId);
  return failed;
}

describe('yesterday’s histories judge today’s code', () => {
  it('there is a history of every workflow', () => {
    const types = readFileSync(workflowsPath, 'utf8').matchAll(/export \{ (\w+) \}/g);
    for (const [, type] of types) expect(files.some((name) => name.startsWith(`${type}_`)), `no history of ${type}`).toBe(true);
  });
  it('all of them replay', async () => {
    expect(await failuresUnder(await bundleOf(workflowsPath), files)).toEqual([]);
  });
});

/** Edits that change what an execution does in which order: each must turn the check red. */
const plantedEdits = [
  { name: 'a step left out', file: 'promote-model.ts', from: '  await reconcile(projectId);\n  return { outcome: \'done\', why, promoted', to: '  return { outcome: \'done\', why, promoted' },
  { name: 'two steps in another order', file: 'retrain-light.ts', from: '  const frozen = await freezeForRetrain(', to: '  await trainVersion({ projectId, kind, reason, key, datasetVersionId: \'\' });\n  const frozen = await freezeForRetrain(' },
  { name: 'a switch taken out', file: 'retrain-light.ts', from: '  if (!patched(name)) return;\n', to: '' },
  { name: 'a wait put in', file: 'route-for-review.ts', from: '    told = false;\n    const {', to: '    told = false;\n    await condition(() => told, 5);\n    const {' },
];

describe('a planted edit turns the check red', () => {
  const copies: string[] = [];
  afterAll(() => { for (const copy of copies) rmSync(copy, { recursive: true, force: true }); });
  it.each(plantedEdits)('$name', async ({ file, from, to }) => {
    const root = join(here, '..');
    const copy = mkdtempSync(join(tmpdir(), 'perennial-edit-'));
    copies.push(copy);
    cpSync(here, join(copy, 'workflows'), { recursive: true, filter: (path) => !path.includes('histories') });
    for (const name of ['node_modules', 'contracts', 'domain', 'activities']) if (existsSync(join(root, name))) symlinkSync(join(root, name), join(copy, name));
    const path = join(copy, 'workflows', file);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
    const failed = await failuresUnder(await bundleOf(join(copy, 'workflows', 'index.ts')), files);
    expect(failed.length).toBeGreaterThan(0);
  });
});
