import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStartOptions } from './start-options.ts';

describe('what stands behind npm start --', () => {
  it('takes a data folder relative to where the person stands', () => {
    const folder = mkdtempSync(join(tmpdir(), 'images-'));
    expect(readStartOptions(['--data', basename(folder)], dirname(folder))).toEqual({ help: false, onlyServices: false, dataFolder: folder });
    expect(readStartOptions([], '/')).toEqual({ help: false, onlyServices: false, dataFolder: undefined });
  });

  it('says in one sentence what is wrong', () => {
    expect(() => readStartOptions(['--data', 'nowhere'], '/')).toThrow(/^There is no folder .*nowhere: --data wants/);
    expect(() => readStartOptions(['--dta', 'x'], '/')).toThrow(/--dta.*npm start -- --help/);
    expect(() => readStartOptions(['--data'], '/')).toThrow(/--data.*npm start -- --help/);
  });
});
