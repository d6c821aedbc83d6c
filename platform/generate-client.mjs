// Makes Prisma's typed client (adapters/postgres/client) from prisma/schema.prisma, offline, and only when the schema or
// Prisma changed since. Plain JavaScript, so that it runs before anything else does.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @param {string} root the checkout
 * @returns {{ outcome: 'done' | 'skipped' } | { outcome: 'failed', why: string }}
 */
export function generateClient(root) {
  const client = join(root, 'adapters', 'postgres', 'client');
  const stamp = join(client, '.schema-digest');
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'prisma', 'schema.prisma')))
    .update(readFileSync(join(root, 'node_modules', 'prisma', 'package.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return { outcome: 'skipped' };
  const done = spawnSync(process.execPath, [join(root, 'node_modules', 'prisma', 'build', 'index.js'), 'generate'], {
    cwd: root,
    encoding: 'utf8',
    // generate never runs the schema engine, but fetches one unless it is given a program: any will do.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1', NO_COLOR: '1' },
  });
  if (done.status !== 0) return { outcome: 'failed', why: `${done.stderr || done.stdout || done.error?.message}`.trim().split('\n').slice(-3).join(' ') };
  writeFileSync(stamp, digest);
  return { outcome: 'done' };
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const result = generateClient(resolve(fileURLToPath(import.meta.url), '..', '..'));
  if (result.outcome === 'failed') {
    console.error(`The database client could not be made: ${result.why}`);
    process.exitCode = 1;
  } else console.log(`database client: ${result.outcome === 'done' ? 'made' : 'up to date'}`);
}
