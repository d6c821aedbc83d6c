import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { z } from 'zod';
import type { ProjectEnvironment } from './demo-project.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');

/** Runs one of the set-up's questions to the database in a process of its own and reads its line of JSON. */
export async function runFirstSteps<T extends z.ZodType>(step: 'invitation' | 'key', env: ProjectEnvironment, schema: T): Promise<z.output<T>> {
  const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'bin', 'first-steps.ts'), step], { env: { ...process.env, ...env }, cwd: root });
  return schema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}
