import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { holdStart } from './single-start.ts';

const start = (...args: string[]) => spawnSync(process.execPath, [join(import.meta.dirname, 'start.mjs'), ...args], { encoding: 'utf8', env: { PATH: process.env['PATH'] } });

it('--help says what there is; a wrong option is one sentence and never a stack', () => {
  expect(start('--help')).toMatchObject({ status: 0, stderr: '' });
  expect(start('--help').stdout).toContain('npm start -- --data FOLDER');
  const wrong = start('--dta', 'x');
  expect(wrong.status).toBe(1);
  expect(wrong.stderr.trim().split('\n')).toHaveLength(1);
  expect(wrong.stderr).not.toMatch(/\bat \S+:\d+/);
});

it('a second start on the same folder says in a sentence where the first is, and starts nothing', () => {
  const stateDir = join(import.meta.dirname, '..', '.perennial');
  mkdirSync(stateDir, { recursive: true });
  // A house that runs in this checkout meanwhile holds it as well as we do.
  const held = holdStart(stateDir);
  try {
    if (held.outcome === 'held') held.start.announce('http://localhost:7399');
    const second = start();
    expect(second).toMatchObject({ status: 0, stderr: '' });
    expect(second.stdout).toMatch(/^Perennial (runs already at http:\/\/\S+|is starting already) \(process \d+\)\.\n$/);
  } finally {
    if (held.outcome === 'held') held.start.release();
  }
});
