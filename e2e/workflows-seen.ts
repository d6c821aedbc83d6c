import { Client, Connection } from '@temporalio/client';

export interface StepSeen {
  readonly workflowId: string;
  readonly runId: string;
  readonly step: string;
  readonly attempt: number;
}

/** What Temporal itself says of executions and steps, asked beside the product. */
export async function watchWorkflows(env: Readonly<Record<string, string>>) {
  const connection = await Connection.connect({ address: env['TEMPORAL_ADDRESS'] ?? '' });
  const client = new Client({ connection, namespace: env['TEMPORAL_NAMESPACE'] ?? 'default' });

  async function executions(query: string) {
    const found = [];
    for await (const each of client.workflow.list({ query })) found.push(each);
    return found;
  }

  /** Steps of an execution that a worker has taken and not answered. */
  async function startedSteps(workflowId: string, runId: string): Promise<StepSeen[]> {
    const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
    // PENDING_ACTIVITY_STATE_STARTED is 2.
    return (raw.pendingActivities ?? []).filter((each) => each.state === 2).map((each) => ({
      workflowId, runId, step: each.activityType?.name ?? '', attempt: each.attempt ?? 0,
    }));
  }

  return {
    executions, startedSteps,
    /** Steps under way in any open execution of a project. */
    async stepsUnderWay(projectId: string): Promise<StepSeen[]> {
      const open = await executions(`ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH '${projectId}/'`);
      const steps = await Promise.all(open.map(async ({ workflowId, runId }) => startedSteps(workflowId, runId).catch(() => [])));
      return steps.flat();
    },
    /** When the try of a step that came to its end began, and which try it was; null where no try did. */
    async lastTry({ workflowId, runId, step }: StepSeen): Promise<{ attempt: number; startedAt: Date } | null> {
      const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const scheduled = events?.find((each) => each.activityTaskScheduledEventAttributes?.activityType?.name === step)?.eventId?.toString();
      const started = events?.find((each) => each.activityTaskStartedEventAttributes?.scheduledEventId?.toString() === scheduled);
      const at = started?.eventTime;
      if (at == null) return null;
      return { attempt: started?.activityTaskStartedEventAttributes?.attempt ?? 0, startedAt: new Date(Number(at.seconds) * 1000 + (at.nanos ?? 0) / 1e6) };
    },
    /** The keys that executions were started with. */
    async keyOf(workflowId: string, runId: string): Promise<string> {
      const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
      const input = payload == null ? {} : JSON.parse(Buffer.from(payload).toString()) as { key?: string };
      return input.key ?? '';
    },
    close: () => connection.close(),
  };
}
export type WorkflowsSeen = Awaited<ReturnType<typeof watchWorkflows>>;
