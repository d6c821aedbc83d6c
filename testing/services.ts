import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beginServices, type ServiceName } from '../platform/all-services.ts';
import { createContext, type Environment } from '../platform/context.ts';
import { lockHolder, tryLock } from '../platform/lock-folder.ts';
import { openStateFile } from '../platform/state-file.ts';
import { stopRecorded } from '../platform/stop-process.ts';

export type TestServices = {
  /** DATABASE_URL, S3_…, TEMPORAL_ADDRESS, MLFLOW_TRACKING_URI of what was started. */
  env: Record<string, string>;
  /** Stops them and removes their data. */
  stop(): Promise<void>;
};

const folderPrefix = 'perennial-test-';
const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * The real services with nothing in them, started as `npm start` starts them: data in a fresh temporary folder, programs
 * from the shared tools folder. Services that the environment names are used as they are.
 */
export async function startTestServices(names: readonly ServiceName[], environment: Environment = process.env, { durable = false }: { readonly durable?: boolean } = {}): Promise<TestServices> {
  await sweep();
  const stateDir = mkdtempSync(join(tmpdir(), folderPrefix));
  // Postgres may run as another user, who has to get through.
  chmodSync(stateDir, 0o755);
  tryLock(join(stateDir, 'run.lock'));
  const context = createContext({
    root,
    stateDir,
    // Well-known and fixed ports belong to whoever has a house running beside the tests.
    environment: Object.fromEntries(Object.entries(environment).filter(([name]) => !name.endsWith('_PORT'))),
    preferredPorts: false,
    // The data is thrown away: no need to wait for the disk, unless that wait is what is measured.
    postgresFlags: durable ? [] : ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'],
  });
  const stop = async (): Promise<void> => {
    await context.supervisor.stopAll();
    rmSync(stateDir, { recursive: true, force: true });
    for (const folder of context.outsideFolders) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const services = await Promise.all(beginServices(context, names, () => () => {}).values());
    await Promise.all(services.map((service) => service.whenReady));
    return { env: Object.assign({}, ...services.map((service) => service.env)) as Record<string, string>, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Stops and removes what a test run left behind that was itself killed. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(folderPrefix))) {
    const folder = join(tmpdir(), name);
    if (!existsSync(join(folder, 'run.lock')) || lockHolder(join(folder, 'run.lock')) !== undefined) continue;
    const { processes } = openStateFile(join(folder, 'state.json')).read();
    await Promise.all(Object.values(processes).map((record) => stopRecorded(record)));
    rmSync(folder, { recursive: true, force: true });
  }
}
