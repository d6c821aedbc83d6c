import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('workflow-bundle-entry.ts', import.meta.url));

export interface WorkflowBundleOptions {
  /** The module that exports the workflows. */
  readonly workflowsPath: string;
  /** Folders whose sources may be in the bundle: a change in one of them makes a new one. */
  readonly sourceFolders: readonly string[];
  /** Where bundles are kept; may be thrown away at any time. */
  readonly cacheDir: string;
}

/**
 * The workflow code as one file, made once for each state of its sources, by a process that then ends: the compiler
 * would stay in the worker's memory for good, and a start would wait for it.
 * @throws Error with what the compiler wrote, where the workflows do not build
 */
export async function workflowBundle({ workflowsPath, sourceFolders, cacheDir }: WorkflowBundleOptions): Promise<{ codePath: string }> {
  const folder = join(cacheDir, 'workflows');
  const codePath = join(folder, `${digestOf(workflowsPath, sourceFolders)}.cjs`);
  if (existsSync(codePath)) return { codePath };
  mkdirSync(folder, { recursive: true });
  // Written beside and moved: a worker never reads half a bundle.
  const beside = `${codePath}.${process.pid}`;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, workflowsPath, beside], { stdio: ['ignore', 'ignore', 'pipe'] });
  let wrote = '';
  child.stderr.on('data', (text: Buffer) => { wrote += text.toString(); });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the workflows could not be bundled: ${wrote.slice(-2_000)}`);
  renameSync(beside, codePath);
  return { codePath };
}

function digestOf(workflowsPath: string, sourceFolders: readonly string[]): string {
  const hash = createHash('sha256').update(process.version).update(workflowsPath);
  const require = createRequire(import.meta.url);
  for (const name of ['@temporalio/worker', '@temporalio/workflow']) hash.update(readFileSync(require.resolve(`${name}/package.json`)));
  for (const folder of sourceFolders) {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).toSorted();
    for (const name of files) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 32);
}
