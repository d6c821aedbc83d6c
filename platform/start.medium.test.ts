import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const start = (...args: string[]) => spawnSync(process.execPath, [join(import.meta.dirname, 'start.mjs'), ...args], { encoding: 'utf8', env: { PATH: process.env['PATH'] } });

it('--help says what there is; a wrong option is one sentence and never a stack', () => {
  expect(start('--help')).toMatchObject({ status: 0, stderr: '' });
  expect(start('--help').stdout).toContain('npm start -- --data FOLDER');
  const wrong = start('--dta', 'x');
  expect(wrong.status).toBe(1);
  expect(wrong.stderr.trim().split('\n')).toHaveLength(1);
  expect(wrong.stderr).not.toMatch(/\bat \S+:\d+/);
});
