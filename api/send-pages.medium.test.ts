import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import express from 'express';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendPages } from './send-pages.ts';

let folder: string;
const app = express();
const script = 'const a = 1;\n'.repeat(200);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'perennial-pages-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>pages</title>');
  writeFileSync(join(folder, 'assets', 'a.js'), script);
  writeFileSync(join(folder, 'assets', 'a.js.br'), brotliCompressSync(script));
  writeFileSync(join(folder, 'assets', 'a.js.gz'), gzipSync(script));
  writeFileSync(join(folder, 'assets', 'b.css'), 'a{}');
  sendPages(app, folder);
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

it.each([['br, gzip', 'br'], ['gzip', 'gzip'], ['gzip, br;q=0', 'gzip'], ['identity', undefined]])('a browser that takes "%s" gets the script as %s', async (accepts, encoding) => {
  const answer = await request(app).get('/assets/a.js').set('Accept-Encoding', accepts);
  expect(answer.status).toBe(200);
  expect(answer.headers['content-encoding']).toBe(encoding);
  expect(answer.headers).toMatchObject({ 'content-type': expect.stringContaining('javascript') as string, 'cache-control': expect.stringContaining('immutable') as string, vary: expect.stringContaining('Accept-Encoding') as string });
  expect(Number(answer.headers['content-length'])).toBeLessThanOrEqual(encoding === undefined ? script.length : 200);
});

it('what has no compressed form is sent as it is, and nothing outside the folder is sent', async () => {
  const plain = await request(app).get('/assets/b.css').set('Accept-Encoding', 'br');
  expect([plain.status, plain.headers['content-encoding'], plain.text]).toEqual([200, undefined, 'a{}']);
  for (const path of ['/assets/..%2f..%2fetc%2fpasswd', '/assets/a.js.map', '/assets/nothing.js']) expect((await request(app).get(path)).status).toBe(404);
  expect((await request(app).get('/p/woods/review').set('Accept', 'text/html')).text).toContain('pages');
});
