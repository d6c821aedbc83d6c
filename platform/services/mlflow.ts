import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformContext, RunningService, Say } from '../context.ts';
import { runTool } from '../run-tool.ts';
import { setupFailed } from '../setup-error.ts';
import { httpReady, waitUntil } from '../wait-until.ts';
import { findMlflow, type FoundMlflow } from './mlflow-program.ts';

/**
 * MLflow: the one that MLFLOW_TRACKING_URI names, else one of our own on an SQLite file, which keeps artifacts in the
 * object store and hands them on itself, so that nobody else needs the store's keys.
 * @param store what the object store will be reached by; it may still be on its way, as MLflow asks for it only when an
 *   artifact is put or fetched
 */
export async function startMlflow(context: PlatformContext, store: Readonly<Record<string, string>>, say: Say): Promise<RunningService> {
  const given = context.environment['MLFLOW_TRACKING_URI'];
  if (given !== undefined && given !== '') return givenMlflow(given);
  const found = await findMlflow(context, say);
  const folder = join(context.dataDir, 'mlflow');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const backend = `sqlite:///${join(folder, 'mlflow.sqlite').replaceAll('\\', '/')}`;
  await upgradeWhenOlder(context, found, folder, backend, say);
  const port = await context.port('mlflow', 'MLFLOW_PORT', 5000);
  const uri = `http://127.0.0.1:${port}`;
  say('starting');
  const running = context.supervisor.start({
    name: 'mlflow',
    command: found.python,
    args: ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--backend-store-uri', backend, '--artifacts-destination', `s3://${store['S3_BUCKET']}/mlflow`, '--serve-artifacts', '--workers', '1', '--allowed-hosts', `127.0.0.1:${port},localhost:${port}`],
    env: { ...context.environment, ...quiet, MLFLOW_S3_ENDPOINT_URL: store['S3_ENDPOINT'], AWS_ACCESS_KEY_ID: store['S3_ACCESS_KEY'], AWS_SECRET_ACCESS_KEY: store['S3_SECRET_KEY'], AWS_DEFAULT_REGION: store['S3_REGION'] },
    cwd: folder,
    readyUrl: `${uri}/health`,
    readyWithinMs: 120_000,
    stopWithinMs: 10_000,
  });
  // Its imports take many seconds, in which everything else can start: only the address is needed for that.
  const whenReady = running.then(() => writeFileSync(join(folder, 'VERSION'), found.version));
  whenReady.catch(() => {});
  return { name: 'mlflow', source: found.source, detail: `MLflow ${found.version} on ${uri}`, env: { MLFLOW_TRACKING_URI: uri, PERENNIAL_PYTHON: found.python }, whenReady, stop: async () => (await running).stop() };
}

/** Nothing is reported outside, and nothing is run that we do not use: MLflow's own job queue alone takes seconds to start. */
const quiet = { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false', MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true', PYTHONUNBUFFERED: '1', AWS_EC2_METADATA_DISABLED: 'true' };

async function givenMlflow(uri: string): Promise<RunningService> {
  const healthy = await waitUntil(httpReady(`${uri.replace(/\/$/, '')}/health`), 5_000);
  if (!healthy) throw setupFailed(`The MLflow server that MLFLOW_TRACKING_URI names (${uri}) does not answer: start it, correct the address, or unset MLFLOW_TRACKING_URI and one is brought up here.`);
  return { name: 'mlflow', source: 'environment', detail: `MLflow at ${uri}`, env: { MLFLOW_TRACKING_URI: uri }, whenReady: Promise.resolve(), stop: async () => {} };
}

/** MLflow refuses a database that an older MLflow made until it was told to bring it up to date. */
async function upgradeWhenOlder(context: PlatformContext, found: FoundMlflow, folder: string, backend: string, say: Say): Promise<void> {
  const file = join(folder, 'VERSION');
  if (!existsSync(file) || readFileSync(file, 'utf8') === found.version) return;
  say('bringing the registry up to date');
  await runTool(context, {
    command: found.python,
    args: ['-m', 'mlflow', 'db', 'upgrade', backend],
    env: quiet,
    log: 'mlflow',
    doing: 'Bringing the MLflow database up to date',
    wayOut: 'look at mlflow.log in .perennial/logs; a database of a newer MLflow needs that MLflow on PATH.',
  });
}
