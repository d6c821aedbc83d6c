import { spawn } from 'node:child_process';
import { resolve, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext } from './context.ts';
import { ensureTrainer } from './trainer.ts';

/** `npm run test:trainer [-- --report FILE] [NAME…]`: the trainer's own tests, in the Python that full retrains run in. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2).map((each, at, all) => (all[at - 1] === '--report' ? resolve(process.env['INIT_CWD'] ?? process.cwd(), each) : each));
const python = await ensureTrainer(createContext({ root, environment: process.env }), 'cpu', (line) => console.error(line));
const child = spawn(python, ['-m', 'tests', ...args], { cwd: join(root, 'trainer'), stdio: 'inherit', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1', PYTHONPATH: join(root, 'trainer') } });
process.exitCode = await new Promise<number>((done) => child.once('close', (code) => done(code ?? 1)));
