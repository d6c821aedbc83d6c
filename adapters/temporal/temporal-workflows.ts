import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowFailedError, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { PerennialError } from '../../domain/errors.ts';
import type { RetrainStatus, Workflows } from '../../domain/ports-workflows.ts';
import { createLazyClient, type TemporalAddress } from './connect.ts';
import { executeOnce } from './execute-once.ts';
import { actOnRoad, drillNow, lookAtRoad, startRoad } from './roads.ts';
import { runningStep } from './running-step.ts';
import { editSchedule, ensureSchedules, listSchedules, runSchedule } from './schedules.ts';

const taskQueue = 'perennial';

/** The shape of workflows/retrain-light.ts' progress; adapters do not import workflows. */
interface Progress {
  readonly step: string;
  readonly challengerId: string | null;
  readonly promote: { promoted: boolean; reportId: string | null; why: string } | null;
  readonly outcome: { outcome: 'done' | 'skipped' | 'held'; why: string } | null;
}

const statusOf = (id: string, state: RetrainStatus['state'], progress: Partial<Progress>, why: string | null): RetrainStatus => ({
  id, state, step: progress.step ?? 'starting', progress: null, why, challengerId: progress.challengerId ?? null,
  gateReportId: progress.promote?.reportId ?? null, promoted: progress.promote?.promoted ?? false,
});

async function readStatus(handle: WorkflowHandle, id: string): Promise<RetrainStatus> {
  const description = await handle.describe();
  const { status } = description;
  if (status.name === 'RUNNING') {
    const progress = await handle.query<Progress>('retrainProgress').catch(() => ({ step: 'starting' }));
    return { ...statusOf(id, 'running', progress, null), ...runningStep(description, progress.step) };
  }
  if (status.name === 'CANCELLED') return statusOf(id, 'cancelled', { step: 'cancelled' }, 'somebody asked for it to end');
  if (status.name !== 'COMPLETED') return statusOf(id, 'failed', { step: 'failed' }, await failureOf(handle));
  const progress = (await handle.result()) as Progress;
  return statusOf(id, progress.outcome?.outcome === 'skipped' ? 'skipped' : 'done', progress, progress.outcome?.why ?? null);
}

async function failureOf(handle: WorkflowHandle): Promise<string> {
  try {
    await handle.result();
    return 'it ended meanwhile';
  } catch (error) {
    let cause: unknown = error instanceof WorkflowFailedError ? error.cause : error;
    while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
    return cause instanceof Error ? cause.message : 'unknown';
  }
}

/** A run's name for the outside: the execution's own id within the project's one retrain. */
const retrainId = (projectId: string): string => `${projectId}/retrain-light`;

const fullRetrainId = (projectId: string): string => `${projectId}/retrain-full`;

/** Newest executions among which a key that is sent again is looked for. */
const executionsMax = 50;

/** The execution that a key started; an api that was killed before it could tell is asked again, maybe when that one is over. */
async function executionOf(client: Client, workflowId: string, key: string): Promise<string | null> {
  let seen = 0;
  for await (const { runId, memo } of client.workflow.list({ query: `WorkflowId = '${workflowId}'`, pageSize: executionsMax })) {
    if (memo?.['key'] === key) return runId;
    seen += 1;
    if (seen >= executionsMax) break;
  }
  return null;
}

/** Starts the project's one retrain of a kind, or answers with the one that runs. */
async function startOnce(client: Client, type: 'retrainLight' | 'retrainFull', workflowId: string, request: { key: string }): Promise<RetrainStatus> {
  const earlier = await executionOf(client, workflowId, request.key);
  if (earlier !== null) return readStatus(client.workflow.getHandle(workflowId, earlier), earlier);
  try {
    const handle = await client.workflow.start(type, { taskQueue, workflowId, args: [request], memo: { key: request.key } });
    return statusOf(handle.firstExecutionRunId, 'running', {}, null);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const running = client.workflow.getHandle(workflowId);
    const { runId } = await running.describe();
    return readStatus(client.workflow.getHandle(workflowId, runId), runId);
  }
}

/** The retrain of an id: of either kind, started by a person or by a schedule, which adds the time to the workflow's id. */
async function handleOf(client: Client, projectId: string, id: string): Promise<WorkflowHandle> {
  for (const workflowId of [retrainId(projectId), fullRetrainId(projectId)]) {
    const handle = client.workflow.getHandle(workflowId, id);
    const there = await handle.describe().then(() => true, (error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    });
    if (there) return handle;
  }
  if (!/^[0-9a-f-]{36}$/i.test(id)) throw new PerennialError('REQUEST_NOT_FOUND');
  for await (const { workflowId, runId } of client.workflow.list({ query: `RunId = '${id}'`, pageSize: 1 })) {
    // Another project's run is none of this one's business.
    if (workflowId.startsWith(`${projectId}/retrain-`)) return client.workflow.getHandle(workflowId, runId);
    break;
  }
  throw new PerennialError('REQUEST_NOT_FOUND');
}

const collectNow = (client: Client, request: Parameters<Workflows['collectNow']>[0]): ReturnType<Workflows['collectNow']> =>
  executeOnce(client, 'collectPredictions', { taskQueue, workflowId: `${request.projectId}/collect-predictions/${request.key}`, input: request, timeout: '5 minutes', failed: 'The round could not be collected.' });

const huntNow = (client: Client, { key, ...input }: Parameters<Workflows['huntNow']>[0]): ReturnType<Workflows['huntNow']> =>
  executeOnce(client, 'huntLabels', { taskQueue, workflowId: `${input.projectId}/hunt-labels/${key}`, input, timeout: '30 minutes', failed: 'Labels could not be looked at again.' });

/** What is over has no one to tell. */
function unlessOver(error: unknown): void {
  if (!(error instanceof PerennialError && error.code === 'REQUEST_NOT_FOUND')) throw error;
}

/** Temporal, as the api sees it. @see Workflows */
export function createTemporalWorkflows(address: TemporalAddress): Workflows {
  const lazy = createLazyClient(address);
  return {
    startRetrain: (request) => lazy.use((client) => startOnce(client, 'retrainLight', retrainId(request.projectId), request)),
    startFullRetrain: (request) => lazy.use((client) => startOnce(client, 'retrainFull', fullRetrainId(request.projectId), request)),
    cancelRetrain: (projectId, id) => lazy.use(async (client) => { await (await handleOf(client, projectId, id)).cancel(); }),
    retrainStatus: (projectId, id) => lazy.use(async (client) => readStatus(await handleOf(client, projectId, id), id)),
    collectNow: (request) => lazy.use((client) => collectNow(client, request)),
    huntNow: (request) => lazy.use((client) => huntNow(client, request)),
    startRoad: (projectId, challengeId) => lazy.use((client) => startRoad(client, projectId, challengeId)),
    actOnRoad: (projectId, challengeId, act) => lazy.use((client) => actOnRoad(client, projectId, challengeId, act)),
    lookAtRoad: (projectId, challengeId) => lazy.use((client) => lookAtRoad(client, projectId, challengeId)).catch(unlessOver),
    drillNow: (request) => lazy.use((client) => drillNow(client, request)),
    itemsSettled: (projectId, roundId) => lazy.use(async (client) => {
      await client.workflow.getHandle(`${projectId}/route-for-review/${roundId}`).signal('itemsSettled');
    }).catch(unlessOver),
    ensureSchedules: (project) => lazy.use((client) => ensureSchedules(client, project)),
    schedules: (projectId) => lazy.use((client) => listSchedules(client, projectId)),
    editSchedule: (projectId, name, edit) => lazy.use((client) => editSchedule(client, projectId, name, edit)),
    runSchedule: (projectId, name) => lazy.use((client) => runSchedule(client, projectId, name)),
    check: () => lazy.use(async (client) => { await client.workflowService.getSystemInfo({}); }),
    close: () => lazy.close(),
  };
}
