import { setTimeout as sleep } from 'node:timers/promises';
import type { RetrainState } from '../contracts/models.ts';
import type { ProjectApi } from './api.ts';
import { CommandFailed } from './failures.ts';

const LABELS_PER_REQUEST = 1000;
const POLL_MS = 1000;
const LONGEST_WAIT_MS = 3_600_000;

/** Labels in requests of a size the server takes. */
export async function importInParts(api: ProjectApi, labels: readonly { sha256: string; className: string; group?: string }[]) {
  const sum = { created: 0, unchanged: 0, unknownImages: [] as string[] };
  for (let at = 0; at < labels.length; at += LABELS_PER_REQUEST) {
    const part = await api.importLabels(labels.slice(at, at + LABELS_PER_REQUEST));
    sum.created += part.created;
    sum.unchanged += part.unchanged;
    sum.unknownImages.push(...part.unknownImages);
  }
  return sum;
}

/**
 * Asks until a retrain has ended.
 * @param onStep told once for each step
 * @throws CommandFailed when it has not ended in time
 */
export async function waitForRetrain(api: Pick<ProjectApi, 'retrainState'>, first: RetrainState, onStep: (step: string) => void = () => undefined, { pollMs = POLL_MS, longestMs = LONGEST_WAIT_MS }: { pollMs?: number | undefined; longestMs?: number | undefined } = {}): Promise<RetrainState> {
  let state = first;
  let step = '';
  for (let poll = 0; poll * pollMs < longestMs; poll += 1) {
    if (state.step !== step) onStep((step = state.step));
    if (state.state !== 'running') return state;
    await sleep(pollMs);
    state = await api.retrainState(first.id);
  }
  throw new CommandFailed(`The retrain ${first.id} has not ended after ${Math.round(longestMs / 3_600_000)} h (at: ${state.step}).`);
}
