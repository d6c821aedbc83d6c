import { setTimeout as sleep } from 'node:timers/promises';
import type { ProjectApi } from '../../cli/api.ts';
import { waitForRetrain } from '../../cli/waits.ts';
import { Refusal } from '../../cli/failures.ts';
import { engineerApproves } from './engineer.ts';
import { type AnnotatorDeps, answerEverything } from './review-round.ts';

const CLOSE_POLLS = 240;
const POLL_MS = 250;

export interface ChunkLearnt {
  readonly reviewed: ReadonlySet<string>;
  readonly rounds: number;
  readonly versions: number;
  readonly promotions: number;
  readonly onCannotTell: number;
  readonly note: string | null;
}
const nothing: ChunkLearnt = { reviewed: new Set(), rounds: 0, versions: 0, promotions: 0, onCannotTell: 0, note: null };

export interface ChunkDeps {
  readonly api: ProjectApi;
  readonly onCannotTell: 'wait' | 'promoteIfSuperior';
  readonly annotator: AnnotatorDeps;
  readonly say: (line: string) => void;
}

/**
 * One turn of the loop after images have arrived: a round, its answers, its close, a light retrain, and where the gate
 * cannot tell the engineer's word.
 * @param itemsMax how many images people may be asked about
 */
export async function learnFromChunk(deps: ChunkDeps, reason: string, itemsMax: number): Promise<ChunkLearnt> {
  if (itemsMax < 1) return { ...nothing, note: 'the budget allows no review of so few images' };
  const opened = await deps.api.openRound({ reason, itemsMax });
  if (opened.round === null) return { ...nothing, note: `no round (${opened.why})` };
  const reviewed = await answerEverything(deps.annotator, opened.round.itemCount + 20);
  await closeRound(deps.api, opened.round.id);
  deps.say(`  ${reviewed.size} of ${opened.round.itemCount} images answered; retraining`);
  return { ...(await retrain(deps, reason)), reviewed, rounds: 1 };
}

/** Closes the round and waits until it is: labels are settled by then. A round that is full may have closed by itself. */
async function closeRound(api: Pick<ProjectApi, 'closeRound' | 'rounds'>, roundId: string): Promise<void> {
  await api.closeRound(roundId).catch((error: unknown) => {
    if (!(error instanceof Refusal && (error.status === 404 || error.status === 409))) throw error;
  });
  for (let poll = 0; poll < CLOSE_POLLS; poll += 1) {
    const { items } = await api.rounds({ limit: 500 });
    if (items.find((each) => each.id === roundId)?.state === 'closed') return;
    await sleep(POLL_MS);
  }
  throw new Error(`The round ${roundId} did not close within a minute.`);
}

async function retrain({ api, say, onCannotTell }: ChunkDeps, reason: string): Promise<Omit<ChunkLearnt, 'reviewed' | 'rounds'>> {
  const state = await waitForRetrain(api, await api.retrain({ kind: 'light', reason }), undefined, { pollMs: 500 });
  if (state.state === 'failed') throw new Error(`The retrain failed: ${state.why ?? 'no reason was given'}.`);
  if (state.challenger === null) return { versions: 0, promotions: 0, onCannotTell: 0, note: `no new version (${state.why ?? state.state})` };
  const byEngineer = engineerApproves(state, onCannotTell);
  if (byEngineer) await api.promote(state.challenger, { reason: `replay: ${state.gate?.verdict === 'pass' ? 'the gate passed' : 'no check failed and a loss is not shown'}`, expectChampion: state.gate?.champion });
  const promoted = state.promoted || byEngineer;
  const verdict = state.gate?.verdict.replace('_', ' ') ?? 'not asked';
  say(`  version ${state.challenger}: gate ${verdict}, ${promoted ? 'promoted' : 'held'}`);
  return {
    versions: 1, promotions: promoted ? 1 : 0, onCannotTell: promoted && state.gate?.verdict === 'cannot_tell' ? 1 : 0,
    note: promoted ? null : `version ${state.challenger} was not promoted (gate: ${verdict}${state.gate === null ? '' : `; ${state.gate.sentence}`})`,
  };
}
