import { isPerennialError } from '../../domain/errors.ts';
import type { ObjectStore } from '../../domain/ports.ts';
import type { ModelVersion } from '../../domain/ports-models.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';
import type { RunningCost, RunningCosts } from '../../domain/running-costs.ts';

export interface RunningCostsDependencies {
  readonly store: Pick<ObjectStore, 'get'>;
  /** Runs a model alone in a process of its own. @throws PerennialError MODEL_LOAD_FAILED, MODEL_OUTPUT_NOT_FINITE */
  readonly time: (bytes: Uint8Array, preprocessing: Preprocessing, runs: number) => Promise<RunningCost>;
}

/** Each contender is run so often in turn, in a new process each time: whatever else the machine does meets both. */
const rounds = 3;
const runsARound = 40;

/** What an answer of champion and challenger takes on this machine; heads on one backbone are not measured. @throws PerennialError STORE_UNAVAILABLE */
export async function measureRunningCosts(deps: RunningCostsDependencies, versions: { readonly champion: ModelVersion; readonly challenger: ModelVersion }): Promise<RunningCosts> {
  const { champion, challenger } = versions;
  if (champion.backboneDigest === challenger.backboneDigest && champion.preprocessingDigest === challenger.preprocessingDigest) return { kind: 'same_backbone' };
  const files = { champion: await fileOf(deps, champion), challenger: await fileOf(deps, challenger) };
  const costs = { champion: [] as RunningCost[], challenger: [] as RunningCost[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const which of round % 2 === 0 ? ['champion', 'challenger'] as const : ['challenger', 'champion'] as const) {
      try {
        costs[which].push(await deps.time(files[which].bytes, files[which].preprocessing, runsARound));
      } catch (error) {
        if (!isPerennialError(error)) throw error;
        return { kind: 'failed', which, code: error.code, sentence: error.message };
      }
    }
  }
  return { kind: 'measured', champion: together(costs.champion), challenger: together(costs.challenger) };
}

async function fileOf({ store }: RunningCostsDependencies, { backboneKey, preprocessing }: ModelVersion): Promise<{ bytes: Uint8Array; preprocessing: Preprocessing }> {
  if (backboneKey === null || preprocessing === null) throw new Error('a contender without a backbone cannot be judged');
  return { bytes: await store.get(backboneKey), preprocessing };
}

/** The least memory of the rounds: what a process happened to take beyond it is not the model's. */
const together = (costs: readonly RunningCost[]): RunningCost => ({ latenciesMs: costs.flatMap(({ latenciesMs }) => latenciesMs), memoryBytes: Math.min(...costs.map(({ memoryBytes }) => memoryBytes)) });
