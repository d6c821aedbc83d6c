import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { projectApi } from './api.ts';
import { createClient } from './client.ts';
import { Refusal, Unreachable } from './failures.ts';

type Answer = (request: IncomingMessage, body: string, response: ServerResponse) => void;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server that gives its answers one after the other, and remembers what it was asked. */
async function serve(...answers: Answer[]) {
  const asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('latin1');
      const answer = answers[Math.min(asked.length, answers.length - 1)] as Answer;
      asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      answer(request, body, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise<void>((resolve) => { server.closeAllConnections(); server.close(() => resolve()); });
  closing.push(close);
  const waits: number[] = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, waits, close, client: createClient({ url, secret: 'key-of-the-test', sleep: async (milliseconds) => void waits.push(milliseconds) }) };
}
const ok = (value: unknown): Answer => (_, __, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const problem = (status: number, code: string, headers: Record<string, string> = {}): Answer => (_, __, response) =>
  void response.writeHead(status, { 'content-type': 'application/problem+json', ...headers }).end(JSON.stringify({ type: 'about:blank', title: 't', status, code, detail: 'A sentence.', errors: [{ path: 'classes', message: 'too few' }] }));
const reply = z.strictObject({ n: z.number() });

describe('the client', () => {
  it('signs, parses, and sends each write with a key of its own', async () => {
    const { client, asked } = await serve(ok({ n: 1 }));
    expect(await client.send('POST', '/a', reply, { json: { x: 1 }, query: { q: 'ä b', none: undefined } })).toEqual({ n: 1 });
    await client.send('POST', '/a', reply);
    await client.send('GET', '/a', reply);
    expect(asked[0]).toMatchObject({ url: '/a?q=%C3%A4+b', body: '{"x":1}', headers: { authorization: 'Bearer key-of-the-test', 'content-type': 'application/json' } });
    expect(asked[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{14}7/);
    expect(asked[0]?.headers['idempotency-key']).not.toBe(asked[1]?.headers['idempotency-key']);
    expect(asked[2]?.headers['idempotency-key']).toBeUndefined();
  });
  it('waits as told while the server is busy, and keeps the key', async () => {
    const { client, asked, waits } = await serve(problem(503, 'SERVING_OVERLOADED', { 'retry-after': '2' }), problem(429, 'AUTH_TOO_MANY_ATTEMPTS', { 'retry-after': '1' }), problem(409, 'IDEMPOTENCY_IN_PROGRESS'), ok({ n: 3 }));
    expect(await client.send('POST', '/a', reply, { json: {} })).toEqual({ n: 3 });
    expect(waits).toEqual([2000, 1000, 1000]);
    expect(new Set(asked.map((each) => each.headers['idempotency-key'])).size).toBe(1);
  });
  it('gives up in the end, with the server’s own code', async () => {
    const { client, asked } = await serve(problem(503, 'SERVING_OVERLOADED', { 'retry-after': '1' }));
    await expect(client.send('GET', '/a', reply)).rejects.toMatchObject({ code: 'SERVING_OVERLOADED' });
    expect(asked).toHaveLength(8);
  });
  it('does not repeat what was refused, and tells why in one sentence', async () => {
    const { client, asked } = await serve(problem(422, 'REQUEST_INVALID'));
    await expect(client.send('POST', '/a', reply)).rejects.toMatchObject({ code: 'REQUEST_INVALID', status: 422, message: 'A sentence. (classes: too few)' });
    expect(asked).toHaveLength(1);
  });
  it.each([['something else', ok({ m: 1 })], ['no JSON', ((_, __, response) => void response.end('<html>')) satisfies Answer], ['a bare 500', ((_, __, response) => void response.writeHead(500).end('oops')) satisfies Answer]])('names an answer that is %s', async (_, answer) => {
    const { client } = await serve(answer);
    await expect(client.send('GET', '/a', reply)).rejects.toMatchObject({ name: 'Refusal', code: 'REPLY_UNEXPECTED' });
  });
  it('says that nobody answers after a few attempts', async () => {
    const { client, close, waits } = await serve(ok({}));
    await close();
    const error = await client.send('GET', '/a', reply).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(Unreachable);
    expect(error).not.toBeInstanceOf(Refusal);
    expect(waits).toHaveLength(2);
  });
  it('sends many images as one form, again whole when it has to be repeated', async () => {
    const { client, asked } = await serve(problem(503, 'SERVING_OVERLOADED'), ok({ results: [] }));
    const image = (name: string) => ({ bytes: Uint8Array.of(0xff, 0xd8, 1), fileName: name, camera: 'north', capturedAt: '2024-01-01T00:00:00.000Z', key: `key-${name}` });
    await projectApi(client, 'foxes').predictMany([image('a.jpg'), image('b.jpg')], 'all');
    expect(asked[1]?.body.match(/name="images"; filename="[ab]\.jpg"\r\nContent-Type: image\/jpeg/g)).toHaveLength(2);
    // A field, not a file: servers take parts with a file name for images.
    expect(asked[1]?.body).toMatch(/name="about"\r\n\r\n\[/);
    expect(asked[1]?.body).toContain('{"camera":"north","capturedAt":"2024-01-01T00:00:00.000Z","fileName":"a.jpg","key":"key-a.jpg"}');
    expect(asked.map((each) => [each.url, each.headers['idempotency-key']])).toEqual([['/v1/projects/foxes/predictions', 'all'], ['/v1/projects/foxes/predictions', 'all']]);
  });
});
