import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProjectApi } from './api.ts';
import { sha256Of } from './image-files.ts';
import { exportImageFolder, folderName } from './image-folder.ts';

const picture = (n: number): Uint8Array<ArrayBuffer> => Uint8Array.of(0xff, 0xd8, n);
function fakeApi(images: Uint8Array<ArrayBuffer>[], sent = images) {
  let fetched = 0;
  const rows = images.map((bytes, at) => ({ imageId: String(at), sha256: sha256Of(bytes), classId: at % 2, labelId: '', split: at === 0 ? 'test' : 'train', group: '' }));
  const api = {
    show: async () => ({ classes: [{ classId: 0, name: 'fox' }, { classId: 1, name: '../hare' }] }),
    datasetRows: async (_: number, { after }: { after?: string } = {}) => (after === undefined ? { items: rows.slice(0, 2), next: 'more' } : { items: rows.slice(2), next: null }),
    original: async (id: string) => {
      fetched += 1;
      return new Response(sent[Number(id)]);
    },
  } as unknown as ProjectApi;
  return { api, rows, fetched: () => fetched };
}
const silent = () => ({ step: () => undefined, end: () => undefined });

describe('exportImageFolder', () => {
  it('writes every page by split and class, and fetches nothing twice', async () => {
    const out = mkdtempSync(join(tmpdir(), 'perennial-export-'));
    const { api, rows, fetched } = fakeApi([1, 2, 3].map(picture));
    expect(await exportImageFolder(api, 1, out, silent)).toBe(3);
    expect(await exportImageFolder(api, 1, out, silent)).toBe(3);
    expect(fetched()).toBe(3);
    expect(readdirSync(out).sort()).toEqual(['test', 'train']);
    expect(readdirSync(join(out, 'train')).sort()).toEqual(['__hare', 'fox']);
    expect(readdirSync(join(out, 'test', 'fox'))).toEqual([`${rows[0]?.sha256}.jpg`]);
    rmSync(out, { recursive: true });
  });
  it('refuses an image that is not the one of the manifest', async () => {
    const out = mkdtempSync(join(tmpdir(), 'perennial-export-'));
    await expect(exportImageFolder(fakeApi([picture(1)], [picture(9)]).api, 1, out, silent)).rejects.toThrow('not the one of the manifest');
    expect(readdirSync(out)).toEqual([]);
    rmSync(out, { recursive: true });
  });
  it('lets no class name lead elsewhere', () => {
    expect(['../x', 'a/b', '..', '', 'red fox'].map(folderName)).toEqual(['__x', 'a_b', '_', '_', 'red fox']);
  });
});
