import { createServer } from 'node:net';
import getPort from 'get-port';
import { setupFailed } from './setup-error.ts';
import type { StateFile } from './state-file.ts';

/** True when nothing holds the port on loopback. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

export type PortWish = {
  /** What the port is for, a key of the state file, e.g. `postgres`. */
  use: string;
  /** The environment variable by which a person fixes it. */
  variable: string;
  environment: Readonly<Record<string, string | undefined>>;
  state: StateFile;
  /** Tried first where nothing is remembered. */
  preferred?: number;
};

/**
 * A free port on loopback: the one fixed by the environment, else the remembered one, else the preferred one, else any.
 * @throws PerennialError SETUP_FAILED when the environment fixes a port that is busy or not a port
 */
export async function choosePort(wish: PortWish): Promise<number> {
  const fixed = wish.environment[wish.variable];
  if (fixed !== undefined && fixed !== '') return fixedPort(wish.variable, fixed);
  const others = new Set(Object.entries(wish.state.read().ports).flatMap(([use, port]) => (use === wish.use ? [] : [port])));
  for (const candidate of [wish.state.read().ports[wish.use], wish.preferred]) {
    if (candidate !== undefined && !others.has(candidate) && (await isPortFree(candidate))) return remember(wish, candidate);
  }
  return remember(wish, await getPort({ host: '127.0.0.1', exclude: others }));
}

async function fixedPort(variable: string, text: string): Promise<number> {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw setupFailed(`${variable} is not a port number between 1 and 65535: correct it or leave it unset.`);
  if (await isPortFree(port)) return port;
  throw setupFailed(`Port ${port} is in use: stop what listens there, set ${variable} to another port, or leave ${variable} unset and a free one is found.`);
}

function remember(wish: PortWish, port: number): number {
  wish.state.change((state) => {
    state.ports[wish.use] = port;
  });
  return port;
}
