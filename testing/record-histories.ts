/**
 * Records one history of each workflow on a real Temporal server into workflows/histories/, for the replay check.
 * Run at each release: node testing/record-histories.ts 0.1.0   (starts a server of its own)
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleOf, startWorkflowWorld, workflowsPath } from './workflow-world.ts';
import { startTestServices } from './services.ts';
import { encodeHistory } from './histories.ts';

const release = process.argv[2] ?? '0.1.0';
const services = await startTestServices(['temporal']);
const at = await startWorkflowWorld(services.env['TEMPORAL_ADDRESS'] ?? '', await bundleOf(workflowsPath));
const projectId = randomUUID();

async function save(type: string, variant: string, workflowId: string): Promise<void> {
  const history = await at.client.workflow.getHandle(workflowId).fetchHistory();
  const path = join(dirname(workflowsPath), 'histories', `${type}_${variant}_${release}.binpb`);
  writeFileSync(path, encodeHistory(history));
  console.log(path);
}

const run = (type: string, workflowId: string, input: object): Promise<unknown> => at.client.workflow.execute(type, { taskQueue: at.taskQueue, workflowId, args: [input] });

await run('retrainLight', `${projectId}/retrain-light`, { projectId, kind: 'light', reason: 'first', key: 'a' });
await save('retrainLight', 'first', `${projectId}/retrain-light`);
at.world.judgement = { action: 'hold', why: 'worse in one class' };
await run('retrainLight', `${projectId}/retrain-light`, { projectId, kind: 'light', reason: 'second', key: 'b' });
await save('retrainLight', 'held', `${projectId}/retrain-light`);
at.world.judgement = { action: 'promote', why: 'not worse' };
await run('retrainFull', `${projectId}/retrain-full`, { projectId, reason: 'monthly', key: 'f', options: { recipe: {}, backbones: ['champion'], freezeShares: [0], minutes: 0 } });
await save('retrainFull', 'promoted', `${projectId}/retrain-full`);
await run('promoteModel', `${projectId}/promote-model/x`, { projectId, challengerId: randomUUID(), key: 'c' });
await save('promoteModel', 'promoted', `${projectId}/promote-model/x`);
const collected = (await run('collectPredictions', `${projectId}/collect-predictions`, { projectId, reason: 'daily', key: 'd', itemsMax: null })) as { roundId: string };
await save('collectPredictions', 'opened', `${projectId}/collect-predictions`);
const round = `${projectId}/route-for-review/${collected.roundId}`;
Object.assign(at.world.rounds[0] ?? {}, { left: 0, settled: 3 });
at.world.retrainAfterRound = false;
await at.client.workflow.getHandle(round).signal('itemsSettled');
await at.client.workflow.getHandle(round).result();
await save('routeForReview', 'answered', round);
const byHand = (await run('collectPredictions', `${projectId}/collect-predictions`, { projectId, reason: 'daily', key: 'e', itemsMax: null })) as { roundId: string };
const closed = `${projectId}/route-for-review/${byHand.roundId}`;
Object.assign(at.world.rounds.find((each) => each.roundId === byHand.roundId) ?? {}, { state: 'closed' });
at.world.retrainAfterRound = true;
await at.client.workflow.getHandle(closed).signal('itemsSettled');
await at.client.workflow.getHandle(closed).result();
await save('routeForReview', 'closedByHand', closed);
await run('huntLabels', `${projectId}/hunt-labels/f`, { projectId, versionId: null, itemsMax: 50 });
await save('huntLabels', 'asked', `${projectId}/hunt-labels/f`);
const road = `${projectId}/walk-road/r`;
at.world.champion = 'the old one';
at.world.looks = [
  { decision: { act: 'stay', why: 'not enough yet', warn: null } }, { decision: { act: 'canary', canaryPercent: 10, why: '60 reviewed' } }, { decision: { act: 'promote', why: '500 images' } },
  { decision: { act: 'end', stage: 'rolled_back', why: 'e-value over 100' } },
];
await run('walkRoad', road, { projectId, challengeId: randomUUID() });
await save('walkRoad', 'rolledBack', road);
at.world.road = { sequence: 1, stage: 'shadow', approvals: [], over: null };
at.world.looks = [{ decision: { act: 'stay', why: 'not enough yet', warn: null } }];
const people = await at.client.workflow.start('walkRoad', { taskQueue: at.taskQueue, workflowId: `${road}/people`, args: [{ projectId, challengeId: randomUUID() }] });
for (const act of ['hold', 'approve', 'abort']) await people.executeUpdate('actOnRoad', { args: [{ act, by: 'Ada', reason: 'looked at it', key: act }] });
await people.result();
await save('walkRoad', 'aborted', `${road}/people`);
at.world.staged = true;
await run('promoteModel', `${projectId}/promote-model/staged`, { projectId, challengerId: randomUUID(), key: 's' });
await save('promoteModel', 'staged', `${projectId}/promote-model/staged`);
await run('drillRollback', `${projectId}/drill-rollback`, { projectId, startedBy: 'schedule', key: 'schedule' });
await save('drillRollback', 'done', `${projectId}/drill-rollback`);
await at.stop();
await services.stop();
process.exit(0);
