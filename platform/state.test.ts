import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockHolder, tryLock, withLock } from './lock-folder.ts';
import { processBirth } from './process-identity.ts';
import { loadSecrets } from './secrets.ts';
import { holdStart } from './single-start.ts';
import { openStateFile } from './state-file.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'state-'));

describe('secrets', () => {
  it('are made once, at random, and only the owner reads them', () => {
    const [one, other] = [join(folder(), 'secrets.json'), join(folder(), 'secrets.json')];
    const made = loadSecrets(one);
    expect(loadSecrets(one)).toEqual(made);
    expect(new Set(Object.values(made)).size).toBe(6);
    expect(loadSecrets(other).postgresApp).not.toBe(made.postgresApp);
    if (process.platform !== 'win32') expect(statSync(one).mode & 0o777).toBe(0o600);
  });
});

describe('the state file', () => {
  it('survives a new start, and a file that was cut short counts as none', () => {
    const path = join(folder(), 'state.json');
    openStateFile(path).change((state) => void (state.ports['api'] = 7300));
    expect(openStateFile(path).read().ports).toEqual({ api: 7300 });
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 20));
    expect(openStateFile(path).read()).toEqual({ ports: {}, processes: {}, choices: {} });
  });
});

describe('locks', () => {
  it('are held by the living and taken over from the dead', () => {
    const lock = join(folder(), 'lock');
    expect(tryLock(lock)).toBe(true);
    expect(tryLock(lock)).toBe(false);
    expect(lockHolder(lock)?.pid).toBe(process.pid);
    // The same number, but another birth: whoever wrote this is gone.
    writeFileSync(lock, JSON.stringify({ pid: process.pid, birth: 'long ago' }));
    expect(lockHolder(lock)).toBeUndefined();
    expect(tryLock(lock)).toBe(true);
    writeFileSync(lock, '{"pid":');
    expect(tryLock(lock)).toBe(true);
  });

  it('let one at a time through, and are given back after a failure', async () => {
    const [where, order] = [folder(), [] as string[]];
    const slow = withLock(where, 'tool', async () => {
      order.push('first');
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push('first ends');
      throw new Error('failed');
    });
    const next = withLock(where, 'tool', async () => void order.push('second'));
    await expect(slow).rejects.toThrow('failed');
    await next;
    expect(order).toEqual(['first', 'first ends', 'second']);
  });

  it('tell a second start where the first is', () => {
    const where = folder();
    const first = holdStart(where);
    if (first.outcome !== 'held') throw new Error('not held');
    expect(holdStart(where)).toEqual({ outcome: 'running', pid: process.pid, address: undefined });
    first.start.announce('http://localhost:7300');
    expect(holdStart(where)).toMatchObject({ outcome: 'running', address: 'http://localhost:7300' });
    first.start.release();
    expect(holdStart(where).outcome).toBe('held');
  });
});

describe('processBirth', () => {
  it('stays the same for a living process and is nothing for one that is not there', () => {
    expect(processBirth(process.pid)).toBeTruthy();
    expect(processBirth(process.pid)).toBe(processBirth(process.pid));
    expect(processBirth(2 ** 22 + 1)).toBeUndefined();
  });
});
