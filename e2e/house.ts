import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import getPort from 'get-port';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { ensureBackbone } from '../platform/backbone.ts';
import { ensureUi } from '../platform/build-ui.ts';
import { createContext } from '../platform/context.ts';
import { generateClient } from '../platform/generate-client.mjs';
import { migrate } from '../platform/migrate.ts';
import { runFirstSteps } from '../platform/run-first-steps.ts';
import { startTestServices } from '../testing/services.ts';

const root = join(import.meta.dirname, '..');

/** The whole house on loopback: the real services, our three processes, a key of role admin. */
export interface House {
  readonly url: string;
  readonly key: string;
  readonly env: Readonly<Record<string, string>>;
  /** Ends one of our processes at once, as a crash would, and starts it again. */
  killAndRestart(name: 'api' | 'serve' | 'worker'): Promise<void>;
  invitation(): Promise<string>;
  call<T extends z.ZodType>(method: string, path: string, reply: T, body?: unknown): Promise<z.output<T>>;
  send(path: string, bytes: Uint8Array, query?: Record<string, string>): Promise<{ status: number; json: unknown }>;
  stop(): Promise<void>;
}

async function until(what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (await holds().catch(() => false)) return;
    await new Promise((resolve) => { setTimeout(resolve, 150); });
  }
  throw new Error(`${what} was not ready within ${seconds} s`);
}

/** Starts everything with nothing in it; state in a temporary folder that `stop` removes. */
export async function startHouse(): Promise<House> {
  const stateDir = mkdtempSync(join(tmpdir(), 'perennial-house-'));
  const made = generateClient(root);
  if (made.outcome === 'failed') throw new Error(made.why);
  const services = await startTestServices(['postgres', 'object-store', 'temporal', 'mlflow']);
  const context = createContext({ root, environment: process.env, stateDir, preferredPorts: false });
  const [backbone] = await Promise.all([ensureBackbone(context, () => {}), ensureUi(context, () => {}), migrate(services.env['MIGRATION_DATABASE_URL'] ?? '', join(root, 'prisma', 'migrations'))]);
  const [apiPort, servingPort] = [await getPort(), await getPort()];
  const { MIGRATION_DATABASE_URL: _owner, ...serviceEnv } = services.env;
  const env: Record<string, string> = {
    ...serviceEnv, PATH: process.env['PATH'] ?? '', API_PORT: String(apiPort), SERVING_PORT: String(servingPort), SERVING_URL: `http://127.0.0.1:${servingPort}`, PUBLIC_URL: `http://localhost:${apiPort}`,
    AUTH_SECRET: randomBytes(32).toString('hex'), BACKBONE_FILE: backbone.path, UI_DIR: join(root, 'labeling-ui', 'dist'), PERENNIAL_CACHE_DIR: join(stateDir, 'cache'), LOG_LEVEL: 'warn', TRAINING_THREADS: '1',
  };
  const running = new Map<string, ChildProcess>();
  const start = (name: string): void => {
    running.set(name, spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'bin', `${name}.ts`)], { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] }));
  };
  const end = async (name: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const child = running.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  const url = `http://localhost:${apiPort}`;
  const ready = (address: string) => async (): Promise<boolean> => (await fetch(address)).ok;
  const waits = { api: () => until('api', ready(`${url}/readyz`)), serve: () => until('serving', ready(`${env['SERVING_URL']}/readyz`)), worker: async () => {} };
  const stop = async (): Promise<void> => {
    await Promise.all([...running.keys()].map((name) => end(name, 'SIGTERM')));
    await services.stop();
    rmSync(stateDir, { recursive: true, force: true });
  };
  try {
    for (const name of ['serve', 'worker', 'api']) start(name);
    await Promise.all([waits.api(), waits.serve()]);
    const { secret } = await runFirstSteps('key', env, z.object({ secret: z.string() }));
    return {
      url, env, key: secret, stop,
      async killAndRestart(name) {
        await end(name, 'SIGKILL');
        start(name);
        await waits[name]();
      },
      invitation: async () => (await runFirstSteps('invitation', env, z.object({ url: z.string() }))).url,
      async call(method, path, reply, body) {
        const response = await fetch(`${url}${path}`, {
          method, headers: { 'x-api-key': secret, 'idempotency-key': uuidv7(), ...(body !== undefined && { 'content-type': 'application/json' }) }, ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
        return reply.parse(JSON.parse(text));
      },
      async send(path, bytes, query = {}) {
        const response = await fetch(`${url}${path}?${new URLSearchParams(query)}`, { method: 'POST', headers: { 'x-api-key': secret, 'idempotency-key': randomUUID(), 'content-type': 'image/jpeg' }, body: Buffer.from(bytes) });
        return { status: response.status, json: await response.json() };
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
