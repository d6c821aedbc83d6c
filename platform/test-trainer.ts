import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beginServices } from './all-services.ts';
import { createContext } from './context.ts';
import { ensureTrainer } from './trainer.ts';

/** `npm run test:trainer [-- --report FILE] [NAME…]`: the trainer's own tests, with a Temporal and an object store of their own. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2).map((each, at, all) => (all[at - 1] === '--report' ? resolve(process.env['INIT_CWD'] ?? process.cwd(), each) : each));
const stateDir = mkdtempSync(join(tmpdir(), 'perennial-trainer-test-'));
chmodSync(stateDir, 0o755);
const environment = Object.fromEntries(Object.entries({ PERENNIAL_TOOLS_DIR: join(root, '.perennial', 'tools'), ...process.env }).filter(([name]) => !name.endsWith('_PORT')));
const context = createContext({ root, stateDir, environment, preferredPorts: false });
try {
  process.exitCode = await run();
} finally {
  await context.supervisor.stopAll();
  for (const folder of [stateDir, ...context.outsideFolders]) rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<number> {
  const python = await ensureTrainer(context, 'cpu', (line) => console.error(line));
  const services = await Promise.all(beginServices(context, ['temporal', 'object-store'], () => () => {}).values());
  await Promise.all(services.map((service) => service.whenReady));
  const child = spawn(python, ['-m', 'tests', ...args], {
    cwd: join(root, 'trainer'), stdio: 'inherit',
    // One thread a run: the tests' networks are small, and the machine is shared with other tests.
    env: { ...process.env, ...Object.assign({}, ...services.map((service) => service.env)), OMP_NUM_THREADS: '1', PYTHONPATH: join(root, 'trainer'), PYTHONDONTWRITEBYTECODE: '1' } as NodeJS.ProcessEnv,
  });
  // Ended from outside, the tests end first, then what was started for them.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
  return new Promise((done) => child.once('close', (code) => done(code ?? 1)));
}
