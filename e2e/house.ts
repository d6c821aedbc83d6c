import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash, randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { ensureBackbone } from '../platform/backbone.ts';
import { ensureUi } from '../platform/build-ui.ts';
import { createContext, type Environment } from '../platform/context.ts';
import { generateClient } from '../platform/generate-client.mjs';
import { migrate } from '../platform/migrate.ts';
import { describeProducts } from '../platform/products.ts';
import { runFirstSteps } from '../platform/run-first-steps.ts';
import type { SupervisedProcess } from '../platform/supervise.ts';
import { startTestServices } from '../testing/services.ts';

const root = join(import.meta.dirname, '..');

export type ProductName = 'api' | 'serve' | 'worker';

/** The whole house on loopback: the real services, our three processes under the real supervisor, a key of role admin. */
export interface House {
  readonly url: string;
  readonly servingUrl: string;
  readonly key: string;
  readonly env: Readonly<Record<string, string>>;
  /** The database by its owner, who may do what the product may not. */
  readonly ownerUrl: string;
  /** Ends one of our processes at once, as a crash would. @returns its number */
  kill(name: ProductName): number;
  /** Waits until the supervisor has brought back a process that was killed. */
  isBack(name: ProductName): Promise<void>;
  killAndRestart(name: ProductName): Promise<void>;
  /** What a process wrote, newest last. */
  log(name: ProductName): string;
  invitation(): Promise<string>;
  call<T extends z.ZodType>(method: string, path: string, reply: T, body?: unknown): Promise<z.output<T>>;
  send(path: string, bytes: Uint8Array, query?: Record<string, string>): Promise<{ status: number; json: unknown }>;
  stop(): Promise<void>;
}

export async function until(what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (await holds().catch(() => false)) return;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  throw new Error(`${what} was not so within ${seconds} s`);
}

/** Our own environment without what would lead to a house that runs beside this one. */
function environment(): Environment {
  const others = /_PORT$|^(DATABASE_URL|MIGRATION_DATABASE_URL|S3_\w+|TEMPORAL_\w+|MLFLOW_\w+|PUBLIC_URL|AUTH_SECRET|API_HOST)$/;
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !others.test(name))), LOG_LEVEL: 'warn', TRAINING_THREADS: '1' };
}

/** Starts everything with nothing in it; state in a temporary folder that `stop` removes. */
export async function startHouse(): Promise<House> {
  const stateDir = mkdtempSync(join(tmpdir(), 'perennial-house-'));
  const made = generateClient(root);
  if (made.outcome === 'failed') throw new Error(made.why);
  const services = await startTestServices(['postgres', 'object-store', 'temporal', 'mlflow']);
  const context = createContext({ root, environment: environment(), stateDir, preferredPorts: false });
  const [backbone] = await Promise.all([ensureBackbone(context, () => {}), ensureUi(context, () => {}), migrate(services.env['MIGRATION_DATABASE_URL'] ?? '', join(root, 'prisma', 'migrations'))]);
  const { MIGRATION_DATABASE_URL: ownerUrl = '', ...serviceEnv } = services.env;
  const { specs, address: url, env } = await describeProducts(context, { ...serviceEnv, BACKBONE_FILE: backbone.path });
  const servingUrl = env['SERVING_URL'] ?? '';
  const running = new Map<ProductName, SupervisedProcess>();
  const before = new Map<ProductName, number>();
  const answers = (address: string) => async (): Promise<boolean> => (await fetch(address)).ok;
  const ready: Record<ProductName, () => Promise<boolean>> = { api: answers(`${url}/readyz`), serve: answers(`${servingUrl}/readyz`), worker: async () => true };
  const stop = async (): Promise<void> => {
    await context.supervisor.stopAll();
    await services.stop();
    rmSync(stateDir, { recursive: true, force: true });
  };
  try {
    await Promise.all(specs.map(async (spec) => running.set(spec.name as ProductName, await context.supervisor.start(spec))));
    await until('serving', ready.serve);
    const { secret } = await runFirstSteps('key', env, z.object({ secret: z.string() }));
    const house: House = {
      url, servingUrl, env, ownerUrl, key: secret, stop,
      kill(name) {
        const pid = running.get(name)?.pid();
        if (pid === undefined) throw new Error(`${name} does not run`);
        before.set(name, running.get(name)?.restarts() ?? 0);
        process.kill(pid, 'SIGKILL');
        return pid;
      },
      isBack: (name) => until(`${name} is back`, async () => (running.get(name)?.restarts() ?? 0) > (before.get(name) ?? 0) && running.get(name)?.pid() !== undefined && ready[name]()),
      async killAndRestart(name) {
        house.kill(name);
        await house.isBack(name);
      },
      log: (name) => readFileSync(join(stateDir, 'logs', `${name}.log`), 'utf8'),
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
    return house;
  } catch (error) {
    await stop();
    throw error;
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
