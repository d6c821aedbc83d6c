import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { choosePort } from './ports.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { openStateFile, type StateFile } from './state-file.ts';
import { createSupervisor, type Supervisor } from './supervise.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What every starter is given. */
export type PlatformContext = {
  /** The checkout. */
  root: string;
  /** `.perennial`: all that this machine keeps. */
  stateDir: string;
  dataDir: string;
  logsDir: string;
  /** Fetched programs; may be shared between checkouts and thrown away. */
  toolsDir: string;
  environment: Environment;
  secrets: Secrets;
  state: StateFile;
  /**
   * A free port on loopback for a use, the same at every start while it is free.
   * @param variable the environment variable by which a person fixes it
   * @param preferred tried first where nothing is remembered
   */
  port(use: string, variable: string, preferred?: number): Promise<number>;
  supervisor: Supervisor;
  /** Further settings of our own Postgres; tests trade safety for speed here. */
  postgresFlags: readonly string[];
  /** Folders with data outside the state folder, noted by whoever had to make one. */
  outsideFolders: string[];
  /** Aborted by Ctrl-C, so that a fetch under way ends too. */
  abort: AbortSignal;
};

export type RunningService = {
  name: string;
  /** What the product's processes need to reach it. */
  env: Record<string, string>;
  /** Where the program came from: given by an environment variable, found on PATH, or fetched. */
  source: 'environment' | 'path' | 'fetched';
  /** A few words for people, e.g. `PostgreSQL 18.4 on 127.0.0.1:41234`. */
  detail: string;
  /** Settles when the service answers. Most are answering by the time they are handed over; a slow one may still be coming up. */
  whenReady: Promise<void>;
  stop(): Promise<void>;
};

/** Says one short line of progress. */
export type Say = (line: string) => void;

export type ContextOptions = {
  root: string;
  environment: Environment;
  stateDir?: string;
  postgresFlags?: readonly string[];
  /** False: no well-known ports are tried, as these may belong to a house that runs beside this one. */
  preferredPorts?: boolean;
  abort?: AbortSignal;
  onRestart?: (name: string, why: string) => void;
};

/** Folders, secrets, remembered ports and the supervisor of one set of services. */
export function createContext(options: ContextOptions): PlatformContext {
  const stateDir = options.stateDir ?? join(options.root, '.perennial');
  const logsDir = join(stateDir, 'logs');
  // Made here, open to be passed through: each service then keeps its own folder to itself.
  for (const folder of [join(stateDir, 'data'), logsDir]) mkdirSync(folder, { recursive: true, mode: 0o755 });
  const state = openStateFile(join(stateDir, 'state.json'));
  const ports = new Map<string, Promise<number>>();
  const tools = options.environment['PERENNIAL_TOOLS_DIR'];
  return {
    root: options.root,
    stateDir,
    dataDir: join(stateDir, 'data'),
    logsDir,
    toolsDir: tools === undefined || tools === '' ? join(options.root, '.perennial', 'tools') : resolve(tools),
    environment: options.environment,
    secrets: loadSecrets(join(stateDir, 'secrets.json')),
    state,
    port(use, variable, preferred) {
      // Asked twice, also at the same time, it is the same port.
      const chosen = ports.get(use) ?? choosePort({ use, variable, environment: options.environment, state, preferred: options.preferredPorts === false ? undefined : preferred });
      ports.set(use, chosen);
      return chosen;
    },
    supervisor: createSupervisor({ logsDir, state, onRestart: options.onRestart }),
    postgresFlags: options.postgresFlags ?? [],
    outsideFolders: [],
    abort: options.abort ?? new AbortController().signal,
  };
}
