import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { FullRetrainActivities } from '../activities/full-retrain.ts';
import type { ReviewActivities, RoundState } from '../activities/reviews.ts';
import type { LookReply, RoadActivities } from '../activities/road.ts';
import type { TrainingActivities } from '../activities/training.ts';
import { type TrainFullReply, type TrainFullRequest, trainerTaskQueue } from '../contracts/training.ts';

export const workflowsPath = join(dirname(fileURLToPath(import.meta.url)), '..', 'workflows', 'index.ts');
const quiet = new DefaultLogger('ERROR');
let installed = false;

/** Runtime of the workers in a test process: says nothing below an error. */
export function quietRuntime(): void {
  if (!installed) Runtime.install({ logger: quiet });
  installed = true;
}

export const bundleOf = (path: string): Promise<WorkflowBundleWithSourceMap> => bundleWorkflowCode({ workflowsPath: path, logger: quiet });

/** A trainer that does what the job's key says: all worlds of a server share its queue. */
async function trainFull({ jobKey }: TrainFullRequest): Promise<TrainFullReply> {
  if (jobKey === 'fails') throw ApplicationFailure.nonRetryable('the loss is not a number', 'TRAINING_INPUT_INVALID');
  const context = Context.current();
  while (jobKey === 'waits') {
    context.heartbeat({ stage: 'training', epoch: 1, epochs: 3, loss: 0.5, images: 64, of: 192, imagesPerSecond: 37.2, secondsLeft: 3, device: 'CPU' });
    await context.sleep(100);
  }
  return { resultKey: `result of ${jobKey}`, winner: 'champion', seconds: 1 };
}

/** Steps that a test may look at and steer; each does what its counterpart says, in memory. */
export function createStepsInMemory() {
  const world = {
    champion: null as string | null,
    rounds: [] as { roundId: string; state: RoundState['state']; left: number; settled: number; deadlineInMs: number; because: string | null }[],
    collected: new Map<string, string>(),
    versions: new Map<string, string>(),
    promotions: new Map<string, { toId: string; reason: string }>(),
    itemsWaiting: 3,
    labelsNew: true,
    trainerListens: true,
    judgement: { action: 'promote' as 'promote' | 'hold' | 'wait', why: 'not worse overall: 40 of 40 against 38 of 40' },
    retrainAfterRound: true,
    hunts: 0,
    huntFails: false,
    calls: [] as string[],
    /** `fails` and `waits` are what the trainer does with them; any other job it does at once. */
    jobKey: 'job',
    /** Whether a pass of the gate begins a road, and what the looks at it say, one after another; the last stays. */
    staged: false,
    looks: [] as (Partial<LookReply> & Pick<LookReply, 'decision'>)[],
    road: { sequence: 1, stage: 'shadow' as string, approvals: [] as string[], over: null as string | null },
    conflicts: 0,
  };
  const roadSteps: RoadActivities = {
    async openChallenge({ key }) { world.calls.push(`openChallenge ${key}`); return { outcome: 'done', why: 'it sets out', challengeId: randomUUID() }; },
    async lookAtRoad() {
      world.calls.push('lookAtRoad');
      const { sequence, stage, approvals, over } = world.road;
      const common = { sequence, lookSeconds: 1, approvals: approvals.length, promoted: stage === 'bake', challengerId: 'challenger' };
      if (over !== null) return { ...common, outcome: 'over', why: over, decision: null, stage: null };
      const look = (world.looks.length > 1 ? world.looks.shift() : world.looks[0]) ?? { decision: { act: 'stay' as const, why: 'not enough yet', warn: null } };
      return { ...common, outcome: 'on_road', why: look.decision?.why ?? 'it waits', stage: stage as 'shadow' | 'canary' | 'bake', ...look };
    },
    async approveStep({ sequence, approvedBy }) { world.road.approvals.push(`${approvedBy} ${sequence}`); },
    async stepOn({ after, stage, canaryPercent, decidedBy, reason }) {
      if (after !== world.road.sequence || world.road.over !== null) { world.conflicts += 1; return { outcome: 'skipped', why: 'it went on meanwhile' }; }
      world.calls.push(`step ${stage}${canaryPercent === undefined ? '' : ` ${canaryPercent}`} by ${decidedBy}`);
      const over = ['done', 'aborted', 'rolled_back', 'replaced'].includes(stage) ? reason : null;
      world.road = { sequence: after + 1, stage: stage === 'held' ? world.road.stage : stage, approvals: [], over };
      return { outcome: 'done', why: reason };
    },
    async promoteChallenger({ challengeId }) { world.promotions.set(challengeId, { toId: 'challenger', reason: 'road' }); world.champion = 'challenger'; return { outcome: 'done', why: 'promoted' }; },
    async rollBackChallenger() {
      if (world.champion !== 'challenger') return { outcome: 'skipped', why: 'it is not the champion' };
      world.champion = 'the old one';
      return { outcome: 'done', why: 'rolled back' };
    },
    async drill({ key }) { world.calls.push(`drill ${key}`); return { outcome: 'done', why: 'there and back', backMs: 400, forthMs: 300 }; },
  };
  const steps: ReviewActivities & TrainingActivities & FullRetrainActivities & RoadActivities = {
    ...roadSteps,
    async collectRound(input) {
      world.calls.push(`collectRound ${input.key}`);
      if (world.itemsWaiting === 0) return { outcome: 'skipped', why: 'nothing is flagged', roundId: null };
      const roundId = world.collected.get(input.key) ?? randomUUID();
      if (!world.collected.has(input.key)) world.rounds.push({ roundId, state: 'open', left: world.itemsWaiting, settled: 0, deadlineInMs: 3_600_000, because: null });
      world.collected.set(input.key, roundId);
      return { outcome: 'done', why: `${world.itemsWaiting} items`, roundId };
    },
    async roundState({ roundId }) {
      world.calls.push('roundState');
      const round = world.rounds.find((each) => each.roundId === roundId);
      if (round === undefined) throw new Error('no such round');
      return round;
    },
    async closeRound({ roundId, because }) {
      const round = world.rounds.find((each) => each.roundId === roundId);
      if (round !== undefined) Object.assign(round, { state: 'closed', because });
      return { outcome: 'done', why: because };
    },
    async huntLabelErrors() {
      world.hunts += 1;
      if (world.huntFails) throw ApplicationFailure.nonRetryable('no embeddings');
      return { outcome: 'done', why: '1 label goes to an adjudicator', looked: 40, disputed: 1, items: 1 };
    },
    async enoughLabels() { return world.retrainAfterRound; },
    async freezeForRetrain({ key }) {
      return world.labelsNew ? { outcome: 'done', why: 'frozen', datasetVersionId: `dataset of ${key}` } : { outcome: 'skipped', why: 'nothing to learn', datasetVersionId: null };
    },
    async trainVersion({ key }) {
      const versionId = world.versions.get(key) ?? randomUUID();
      world.versions.set(key, versionId);
      return { outcome: 'done', why: `model version ${world.versions.size}`, versionId, versionNumber: world.versions.size };
    },
    async trainerListens() { return world.trainerListens; },
    async prepareFull({ key }) {
      world.calls.push(`prepareFull ${key}`);
      return { outcome: 'done', why: 'prepared', jobKey: world.jobKey, runId: 'run' };
    },
    async registerFull({ key, resultKey }) {
      world.calls.push(`registerFull ${resultKey}`);
      const versionId = world.versions.get(key) ?? randomUUID();
      world.versions.set(key, versionId);
      return { outcome: 'done', why: `model version ${world.versions.size}`, versionId, versionNumber: world.versions.size };
    },
    async failFull({ why }) { world.calls.push(`failFull ${why}`); },
    async hasChampion() { return world.champion !== null; },
    async judge() { return { ...world.judgement, onCannotTell: false, reportId: 'report', championId: world.champion ?? '', staged: world.staged }; },
    async promote({ key, toId, reason }) {
      world.promotions.set(key, { toId, reason });
      world.champion = toId;
      return { sequence: world.promotions.size };
    },
    async reconcile() { return { outcome: 'done', why: 'alias moved' }; },
  };
  return { world, steps };
}

/** A worker and a client on the real server, on a task queue of their own. */
export async function startWorkflowWorld(address: string, bundle: { code: string }) {
  quietRuntime();
  const taskQueue = `test-${randomUUID()}`;
  const { world, steps } = createStepsInMemory();
  const connection = await NativeConnection.connect({ address });
  const clientConnection = await Connection.connect({ address });
  const create = () => Worker.create({ connection, taskQueue, workflowBundle: bundle, activities: steps, shutdownForceTime: '5 seconds' });
  let worker = await create();
  let running = worker.run();
  // Training workers have a queue of their own, in the same server.
  const trainer = await Worker.create({
    connection, taskQueue: trainerTaskQueue, shutdownForceTime: '5 seconds', maxHeartbeatThrottleInterval: '1 second',
    activities: { trainFull },
  });
  const training = trainer.run();
  return {
    world,
    taskQueue,
    client: new Client({ connection: clientConnection }),
    /** Stops the worker and starts another, as after a crash. */
    async restart(): Promise<void> {
      worker.shutdown();
      await running;
      worker = await create();
      running = worker.run();
    },
    async stop(): Promise<void> {
      worker.shutdown();
      trainer.shutdown();
      await Promise.all([running, training]);
      await Promise.all([connection.close(), clientConnection.close()]);
    },
  };
}
