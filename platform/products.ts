import { join } from 'node:path';
import type { PlatformContext } from './context.ts';
import type { ProcessSpec } from './supervise.ts';

export type Products = {
  /** In the order in which they are started. */
  specs: ProcessSpec[];
  /** Where people go. */
  address: string;
  env: Record<string, string>;
};

/**
 * The product's three processes as data: what to run, with which environment, and how to tell that it is ready.
 * V8 may let its space for young objects grow to three times what is said here, in megabytes, and hands none of it back:
 * what is idle most of the time gets little.
 * @param serviceEnv what the services gave: DATABASE_URL, S3_…, TEMPORAL_ADDRESS, MLFLOW_TRACKING_URI
 */
export async function describeProducts(context: PlatformContext, serviceEnv: Readonly<Record<string, string>>): Promise<Products> {
  const apiPort = await context.port('api', 'API_PORT', 7300);
  const servingPort = await context.port('serving', 'SERVING_PORT', 7301);
  const address = context.environment['PUBLIC_URL'] || `http://localhost:${apiPort}`;
  const env: Record<string, string> = {
    ...serviceEnv,
    API_HOST: context.environment['API_HOST'] || '127.0.0.1',
    API_PORT: String(apiPort),
    SERVING_HOST: '127.0.0.1',
    SERVING_PORT: String(servingPort),
    SERVING_URL: `http://127.0.0.1:${servingPort}`,
    PUBLIC_URL: address,
    AUTH_SECRET: context.environment['AUTH_SECRET'] || context.secrets.auth,
    UI_DIR: join(context.root, 'labeling-ui', 'dist'),
    PERENNIAL_CACHE_DIR: join(context.stateDir, 'cache'),
  };
  // The product never has the owner's password: it may not change what is append-only.
  const { MIGRATION_DATABASE_URL: _owner, ...productEnv } = { ...withoutOwner(context), ...env, ...memoryEnv(context) };
  const spec = (name: string, youngMegabytes: number, readyUrl?: string): ProcessSpec => ({
    name,
    kind: 'product',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', `--max-semi-space-size=${youngMegabytes}`, join(context.root, 'bin', `${name}.ts`)],
    env: productEnv,
    cwd: context.root,
    readyUrl,
    readyWithinMs: 60_000,
    stopWithinMs: 20_000,
  });
  return {
    specs: [spec('serve', 8, `http://127.0.0.1:${servingPort}/healthz`), spec('worker', 2), spec('api', 2, `http://127.0.0.1:${apiPort}/readyz`)],
    address,
    env,
  };
}

/** Our own environment as it came, but for npm's variables and the owner's address. */
function withoutOwner(context: PlatformContext): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(context.environment).filter(([name]) => name !== 'MIGRATION_DATABASE_URL' && !name.startsWith('npm_') && name !== 'NODE_CHANNEL_FD'));
}

function memoryEnv(context: PlatformContext): Record<string, string> {
  return {
    // What was compiled at an earlier start is read, so the compiler is neither waited for nor kept in memory.
    NODE_COMPILE_CACHE: join(context.stateDir, 'cache', 'compiled'),
    // glibc gives each thread a heap of its own that it never hands back; pictures are decoded on many threads.
    MALLOC_ARENA_MAX: '2',
  };
}
