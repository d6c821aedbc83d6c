import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findOnPath, isWithin, readVersion } from './on-path.ts';
import { minioVersion } from './services/object-store-program.ts';
import { officialArchive } from './services/temporal-program.ts';

describe('versions of programs found on PATH', () => {
  it('reads the first dotted number of what programs print', () => {
    expect(readVersion('temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)')).toEqual([1, 9, 1]);
    expect(readVersion('postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)')).toEqual([15, 18, 0]);
    expect(readVersion('go version go1.26.8 linux/amd64')).toEqual([1, 26, 8]);
    expect(readVersion('no number')).toBeUndefined();
    expect(readVersion(undefined)).toBeUndefined();
  });

  it('takes the lower end of a range and not the upper', () => {
    expect(isWithin([3, 10, 0], [3, 10, 0], [3, 15, 0])).toBe(true);
    expect(isWithin([3, 15, 0], [3, 10, 0], [3, 15, 0])).toBe(false);
    expect(isWithin([3, 9, 99], [3, 10, 0], [3, 15, 0])).toBe(false);
    expect(isWithin(undefined, [0, 0, 0], [9, 0, 0])).toBe(false);
  });

  it('refuses a MinIO with the known hole, and one that does not say its release', () => {
    expect(minioVersion('minio version RELEASE.2025-09-07T16-13-09Z (commit-id=x)')).toBeUndefined();
    expect(minioVersion('minio version RELEASE.2025-10-15T17-29-55Z (commit-id=x)')).toBe('2025-10-15');
    expect(minioVersion('minio version DEVELOPMENT.GOGET')).toBeUndefined();
  });

  it('names the archive of each system', () => {
    expect(officialArchive('darwin', 'arm64')).toMatch(/_darwin_arm64\.tar\.gz$/);
    expect(officialArchive('win32', 'x64')).toMatch(/_windows_amd64\.zip$/);
  });
});

describe('findOnPath', () => {
  it('finds programs and passes by folders and files that do not run', () => {
    const [first, second] = [mkdtempSync(join(tmpdir(), 'path-')), mkdtempSync(join(tmpdir(), 'path-'))];
    mkdirSync(join(first, 'minio'));
    writeFileSync(join(first, 'weed'), '');
    for (const name of ['minio', 'weed']) {
      writeFileSync(join(second, name), '#!/bin/sh\n');
      chmodSync(join(second, name), 0o755);
    }
    const PATH = ['', first, second].join(delimiter);
    expect(findOnPath('minio', { PATH })).toBe(join(second, 'minio'));
    expect(findOnPath('weed', { PATH })).toBe(join(second, 'weed'));
    expect(findOnPath('nothing', { PATH })).toBeUndefined();
  });
});
