import { type Client, ScheduleAlreadyRunning, type ScheduleDescription, ScheduleOverlapPolicy } from '@temporalio/client';
import { PerennialError } from '../../domain/errors.ts';
import { runningStep } from './running-step.ts';
import { type Schedule, type ScheduleName, scheduleNames } from '../../domain/ports-workflows.ts';

const taskQueue = 'perennial';
const idOf = (projectId: string, name: string): string => `${projectId}/${name}`;

const defaults: Record<ScheduleName, { cron: string; workflowType: string; input: (projectId: string) => object }> = {
  'collect-predictions-daily': {
    cron: '0 6 * * *', workflowType: 'collectPredictions',
    // Each firing is its own round: the workflow's own id, which carries the time, makes the key.
    input: (projectId) => ({ projectId, reason: 'the daily collection', key: 'schedule', itemsMax: null }),
  },
  'retrain-light-weekly': {
    cron: '0 4 * * 1', workflowType: 'retrainLight',
    input: (projectId) => ({ projectId, kind: 'light', reason: 'the weekly light retrain', key: 'schedule' }),
  },
  'retrain-full-monthly': {
    cron: '0 2 1 * *', workflowType: 'retrainFull',
    input: (projectId) => ({ projectId, reason: 'the monthly full retrain', key: 'schedule', options: { recipe: {}, backbones: ['champion'], freezeShares: [0.2], minutes: 0 } }),
  },
  'drill-rollback-weekly': {
    cron: '0 9 * * 2', workflowType: 'drillRollback',
    input: (projectId) => ({ projectId, startedBy: 'schedule', key: 'schedule' }),
  },
};

const known = (name: string): ScheduleName => {
  const found = scheduleNames.find((each) => each === name);
  if (found === undefined) throw new PerennialError('REQUEST_NOT_FOUND', `There is no schedule ${name}.`);
  return found;
};

/** Makes a project's schedules; one that is there keeps what was edited. */
export async function ensureSchedules(client: Client, project: { id: string; timeZone: string }): Promise<void> {
  for (const name of scheduleNames) {
    const { cron, workflowType, input } = defaults[name];
    try {
      await client.schedule.create({
        scheduleId: idOf(project.id, name),
        spec: { cronExpressions: [cron], timezone: project.timeZone, jitter: '1 minute' },
        action: { type: 'startWorkflow', workflowType, args: [input(project.id)], taskQueue, workflowId: `${project.id}/${name}` },
        policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
        memo: { cron },
      });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
  }
}

export async function listSchedules(client: Client, projectId: string): Promise<Schedule[]> {
  const found: Schedule[] = [];
  const runs = await runningRetrains(client, projectId);
  for (const name of scheduleNames) {
    const description = await client.schedule.getHandle(idOf(projectId, name)).describe().catch(() => null);
    if (description !== null) found.push({ ...scheduleOf(name, description), running: runs.get(defaults[name].workflowType) ?? null });
  }
  return found;
}

/** A project has at most a few executions at once; more than these are not looked at. */
const executionsMax = 20;

/** What retrains now, by workflow type, whoever started it. */
async function runningRetrains(client: Client, projectId: string): Promise<Map<string, NonNullable<Schedule['running']>>> {
  const found = new Map<string, NonNullable<Schedule['running']>>();
  const query = `ExecutionStatus = 'Running' AND WorkflowType IN ('retrainLight', 'retrainFull') AND WorkflowId BETWEEN '${projectId}/' AND '${projectId}0'`;
  let seen = 0;
  for await (const { workflowId, runId, type } of client.workflow.list({ query, pageSize: executionsMax })) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const [description, progress] = await Promise.all([handle.describe(), handle.query<{ step: string }>('retrainProgress').catch(() => ({ step: 'starting' }))]);
    found.set(type, { id: runId, ...runningStep(description, progress.step) });
    seen += 1;
    if (seen >= executionsMax) break;
  }
  return found;
}

function scheduleOf(name: string, { spec, state, info, memo }: ScheduleDescription): Schedule {
  const recent = info.recentActions.at(-1);
  return {
    name,
    cron: typeof memo?.['cron'] === 'string' ? memo['cron'] : '',
    timeZone: spec.timezone ?? 'UTC',
    paused: state.paused,
    nextAt: info.nextActionTimes[0] ?? null,
    lastAt: recent?.takenAt ?? null,
    note: state.note ?? null,
    running: null,
  };
}

/** Changes the time or the zone, pauses or goes on. A new time makes the schedule anew, since its text is kept beside it. */
export async function editSchedule(client: Client, projectId: string, name: string, edit: { cron?: string | undefined; timeZone?: string | undefined; paused?: boolean | undefined }): Promise<void> {
  const which = known(name);
  const handle = client.schedule.getHandle(idOf(projectId, which));
  if (edit.cron !== undefined || edit.timeZone !== undefined) {
    const before = scheduleOf(which, await handle.describe());
    const cron = edit.cron ?? before.cron;
    const timezone = edit.timeZone ?? before.timeZone;
    const { workflowType, input } = defaults[which];
    await handle.delete();
    await client.schedule.create({
      scheduleId: idOf(projectId, which),
      spec: { cronExpressions: [cron], timezone, jitter: '1 minute' },
      action: { type: 'startWorkflow', workflowType, args: [input(projectId)], taskQueue, workflowId: `${projectId}/${which}` },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
      state: { paused: before.paused },
      memo: { cron },
    });
  }
  if (edit.paused === true) await handle.pause('paused by a person');
  if (edit.paused === false) await handle.unpause('resumed by a person');
}

export async function runSchedule(client: Client, projectId: string, name: string): Promise<void> {
  await client.schedule.getHandle(idOf(projectId, known(name))).trigger(ScheduleOverlapPolicy.SKIP);
}
