// What `npm start` runs, on whatever Node (20 or newer) the machine has and with nothing installed: installs the
// dependencies, then goes on in platform/start.ts with the Node that came with them.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');
const lockFile = join(root, 'package-lock.json');
const stampFile = join(modules, '.perennial-install');
const bundledNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

const say = (line) => console.log(line);

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

const lockDigest = () => createHash('sha256').update(readFileSync(lockFile)).digest('hex');

/** True when what is installed is what the lock file names: by our stamp, else by npm's own record being the newer one. */
function isInstalled() {
  if (!existsSync(bundledNode)) return false;
  if (existsSync(stampFile)) return readFileSync(stampFile, 'utf8') === lockDigest();
  const record = join(modules, '.package-lock.json');
  return existsSync(record) && statSync(record).mtimeMs >= statSync(lockFile).mtimeMs;
}

function install() {
  say('Installing dependencies (npm ci, about a minute the first time) …');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = npm !== undefined && /\.c?js$/.test(npm)
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', shell: process.platform === 'win32' });
  if (done.error !== undefined) fail(`npm could not be run (${done.error.message}): install Node.js with npm and start again.`);
  if (done.signal !== null) process.exit(130);
  if (done.status !== 0) {
    const lines = done.stderr.split('\n').filter((line) => line.trim() !== '' && !line.includes('A complete log'));
    fail(`npm ci failed (${(lines.find((line) => /npm (error|ERR!)/.test(line)) ?? lines.at(-1) ?? `code ${done.status}`).trim()}): check the network and npm's registry setting, then start again.`);
  }
}

/** Runs the rest with the bundled Node, passes signals on, and ends as it ends. */
function goOn(script, args) {
  const envFile = join(root, '.env');
  const child = spawn(bundledNode, [...(existsSync(envFile) ? [`--env-file=${envFile}`] : []), '--disable-warning=ExperimentalWarning', '--max-semi-space-size=2', join(root, script), ...args], {
    cwd: root,
    // Over the fourth the child learns when this process is gone, however it went.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // What was compiled at an earlier start is read: see platform/products.ts.
    env: { NODE_COMPILE_CACHE: join(root, '.perennial', 'cache', 'compiled'), ...process.env, PATH: `${dirname(bundledNode)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}` },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  child.on('error', (error) => fail(`The bundled Node could not be run (${error.message}): remove node_modules and start again.`));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) fail(`This is Node ${process.versions.node}; Perennial needs Node 20 or newer to begin with: install it from nodejs.org and start again.`);
if (!existsSync(lockFile)) fail('package-lock.json is missing: take a complete checkout and start again.');
if (!isInstalled()) install();
// No record where it cannot be written: the next start merely looks again.
try {
  writeFileSync(stampFile, lockDigest());
} catch {}
// Asks in its words rather than in a stack trace when the install script of the bundled Node did not run.
if (!existsSync(bundledNode)) fail('The bundled Node 24 was not installed (its install script did not run): run npm ci --ignore-scripts=false and start again.');

const given = process.argv.slice(2);
if (given[0] === '--install-only') process.exit(0);
goOn('platform/start.ts', given);
