import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCredential } from './credential.ts';
import { UsageError } from './failures.ts';
import { classFolders, findImageFiles } from './image-files.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'perennial-cli-'));
  for (const name of ['fox', 'hare', '.cache', '.perennial']) mkdirSync(join(folder, name));
  for (const name of ['fox/b.JPG', 'fox/a.png', 'hare/c.webp', 'hare/notes.txt', 'hare/.hidden.jpg', '.cache/d.jpg']) writeFileSync(join(folder, name), name);
  symlinkSync(folder, join(folder, 'fox', 'round'));
  writeFileSync(join(folder, '.perennial', 'credential.json'), JSON.stringify({ url: 'http://127.0.0.1:7300', secret: 's' }));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('image files', () => {
  it('are found by name, without hidden ones and without following links', async () => {
    expect((await findImageFiles(folder)).map((each) => [each.folder, each.shortName])).toEqual([['fox', 'fox/a.png'], ['fox', 'fox/b.JPG'], ['hare', 'hare/c.webp']]);
    expect(await findImageFiles(join(folder, 'hare', 'notes.txt'))).toHaveLength(1);
    await expect(findImageFiles(join(folder, 'nothing'))).rejects.toThrow(UsageError);
  });
  it('classes are the folders', async () => {
    expect(await classFolders(folder)).toEqual(['fox', 'hare']);
    await expect(classFolders(join(folder, 'fox'))).rejects.toThrow('at least two subfolders');
  });
});

describe('readCredential', () => {
  it('takes the environment first, then the file here or further up', () => {
    const source = (environment: Record<string, string>) => ({ environment, folder: join(folder, 'fox'), projectFolder: '/nowhere' });
    expect(readCredential(source({ PERENNIAL_URL: 'https://a.example', PERENNIAL_KEY: 'k' }))).toEqual({ url: 'https://a.example', secret: 'k' });
    expect(readCredential(source({ PERENNIAL_URL: 'https://a.example' }))).toEqual({ url: 'http://127.0.0.1:7300', secret: 's' });
    expect(() => readCredential(source({ PERENNIAL_URL: 'ftp://a.example', PERENNIAL_KEY: 'k' }))).toThrow('an address');
  });
});
