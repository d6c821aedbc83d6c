#!/usr/bin/env node
// The `perennial` command on whatever Node the machine has: goes on with the Node that came with the dependencies, because
// the rest is TypeScript that an older Node cannot run.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const bundledNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

if (!existsSync(bundledNode)) {
  console.error('The dependencies are not installed yet: run npm start (or npm ci) in the project folder first.');
  process.exit(1);
}
const child = spawn(bundledNode, ['--disable-warning=ExperimentalWarning', join(root, 'cli', 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`The bundled Node could not be run (${error.message}): remove node_modules and run npm ci.`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
