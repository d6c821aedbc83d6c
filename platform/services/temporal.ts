import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import type { PlatformContext, RunningService, Say } from '../context.ts';
import { setupFailed } from '../setup-error.ts';
import { findTemporal } from './temporal-program.ts';

/** Temporal: the one that TEMPORAL_ADDRESS names, else the development server of its command line on an SQLite file. */
export async function startTemporal(context: PlatformContext, say: Say): Promise<RunningService> {
  const given = context.environment['TEMPORAL_ADDRESS'];
  if (given !== undefined && given !== '') return givenTemporal(given);
  const found = await findTemporal(context, say);
  const folder = join(context.dataDir, 'temporal');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const port = await context.port('temporal', 'TEMPORAL_PORT');
  const uiPort = await context.port('temporal-ui', 'TEMPORAL_UI_PORT', 8233);
  const address = `127.0.0.1:${port}`;
  say('starting');
  const running = await context.supervisor.start({
    name: 'temporal',
    command: found.program,
    args: ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort), '--db-filename', join(folder, 'temporal.sqlite'), '--log-level', 'warn'],
    env: { ...context.environment, DO_NOT_TRACK: '1' },
    ready: () => answersGrpc(address),
    stopWithinMs: 20_000,
  });
  return {
    name: 'temporal',
    source: found.source,
    detail: `Temporal ${found.version} on ${address}, pages on http://127.0.0.1:${uiPort}`,
    env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'default', TEMPORAL_UI_URL: `http://127.0.0.1:${uiPort}` },
    whenReady: Promise.resolve(), stop: () => running.stop(),
  };
}

async function givenTemporal(address: string): Promise<RunningService> {
  if (!(await answersGrpc(address))) throw setupFailed(`The Temporal server that TEMPORAL_ADDRESS names (${address}) does not answer: start it, correct the address, or unset TEMPORAL_ADDRESS and one is brought up here.`);
  return { name: 'temporal', source: 'environment', detail: `Temporal at ${address}`, env: { TEMPORAL_ADDRESS: address }, whenReady: Promise.resolve(), stop: async () => {} };
}

/** gRPC health of the front end, then one real call, which also waits for the namespace. */
async function answersGrpc(address: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: 2_000 }).catch(() => undefined);
  if (connection === undefined) return false;
  try {
    const { status } = await connection.healthService.check({ service: 'temporal.api.workflowservice.v1.WorkflowService' });
    if (status !== 1) return false;
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}
