import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { allHandlersFinished, condition, continueAsNew, defineSignal, defineUpdate, ParentClosePolicy, setHandler, startChild } from '@temporalio/workflow';
import type { LookReply } from '../activities/road.ts';
import type { RoadAct, StepOutcome, WalkRoadInput } from '../contracts/workflows.ts';
import { ActsInTurn } from './acts-in-turn.ts';
import { promoteWorkflowId } from './ids.ts';
import { approveStep, lookAtRoad, promoteChallenger, reconcile, rollBackChallenger, stepOn } from './steps.ts';

/** What a person decides: approve, hold, abort, roll back. Answers when it was done. */
export const actOnRoad = defineUpdate<StepOutcome, [RoadAct]>('actOnRoad');
/** Something happened: look now and not at the next turn. */
export const lookAgain = defineSignal('lookAgain');

/** A look is about ten events: a run stays well below what Temporal keeps, and the next one goes on. */
const looksMax = 300;

/** Walks a challenger from shadow to champion, or off the road. It may take weeks; what it decides by lies in the database. */
export async function walkRoad(input: WalkRoadInput): Promise<StepOutcome> {
  const { projectId, challengeId } = input;
  const acts = new ActsInTurn();
  let told = false;
  setHandler(lookAgain, () => { told = true; });
  setHandler(actOnRoad, async (act) => {
    acts.ask(act);
    await condition(() => acts.answerOf(act) !== undefined);
    return acts.answerOf(act) as StepOutcome;
  });
  for (let looks = 0; looks < looksMax || acts.any; looks += 1) {
    told = false;
    const look = await lookAtRoad({ projectId, challengeId });
    if (look.outcome === 'over' || look.outcome === 'overtaken') {
      acts.refuseAll(look.why);
      await condition(allHandlersFinished);
      return look.outcome === 'overtaken' ? meetAgain(input, look) : { outcome: 'done', why: look.why };
    }
    const act = acts.next();
    if (act !== undefined) acts.answer(act, await follow(input, look, act));
    // A person acts before the gate: what follows from that the next look says.
    else if (await decide(input, look)) await condition(() => told || acts.any, look.lookSeconds * 1000);
  }
  await condition(allHandlersFinished);
  return continueAsNew<typeof walkRoad>(input);
}

/** Does what the look says. @returns whether there is nothing to do before the next look */
async function decide(input: WalkRoadInput, { decision, sequence: after, decidedBy: by = 'gate', promoted }: LookReply): Promise<boolean> {
  if (decision === null || decision.act === 'stay') return true;
  const { projectId, challengeId } = input;
  const step = { projectId, challengeId, after, decidedBy: decision.act === 'canary' || decision.act === 'promote' ? by : 'gate', reason: decision.why };
  switch (decision.act) {
    case 'canary': await stepOn({ ...step, stage: 'canary', canaryPercent: decision.canaryPercent }); break;
    case 'hold': await stepOn({ ...step, stage: 'held' }); break;
    case 'promote': {
      const { outcome } = await promoteChallenger({ projectId, challengeId, reason: decision.why, decidedBy: step.decidedBy });
      if (outcome === 'done' || promoted) await stepOn({ ...step, stage: 'bake' });
      await reconcile(projectId);
      break;
    }
    case 'end': await end(input, step, decision.stage); break;
  }
  return false;
}

/** Where the challenger is champion by now, the one before takes its place first: nobody waits for the record of it. */
async function end(input: WalkRoadInput, step: { after: number; decidedBy: string; reason: string }, stage: 'done' | 'aborted' | 'rolled_back' | 'replaced'): Promise<StepOutcome> {
  const back = stage === 'rolled_back' ? await rollBackChallenger({ ...input, reason: step.reason, decidedBy: step.decidedBy }) : null;
  const ended = await stepOn({ ...input, ...step, stage });
  if (back?.outcome === 'done') await reconcile(input.projectId);
  return ended;
}

/** Does what a person asked for, in the step that the look saw. */
async function follow(input: WalkRoadInput, look: LookReply, { act, by, reason, key }: RoadAct): Promise<StepOutcome> {
  if (look.stage === null) return { outcome: 'skipped', why: look.why };
  const step = { ...input, after: look.sequence, decidedBy: by, reason };
  switch (act) {
    case 'approve':
      await approveStep({ ...input, sequence: look.sequence, approvedBy: by, reason, key });
      return { outcome: 'done', why: `${by} said yes to what comes after ${look.stage}` };
    case 'hold': return stepOn({ ...step, stage: 'held' });
    case 'abort': case 'roll_back': return end(input, step, look.stage === 'shadow' ? 'aborted' : 'rolled_back');
  }
}

/** Another was promoted before it could set out: it meets that one at the gate. */
async function meetAgain({ projectId, challengeId }: WalkRoadInput, { why, challengerId }: LookReply): Promise<StepOutcome> {
  try {
    // By its name: the two workflows start one another.
    await startChild('promoteModel', { args: [{ projectId, challengerId, key: `again/${challengeId}` }], workflowId: `${promoteWorkflowId(projectId, challengerId)}/${challengeId}`, parentClosePolicy: ParentClosePolicy.ABANDON });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  return { outcome: 'done', why: `${why}; it meets that one at the gate` };
}
