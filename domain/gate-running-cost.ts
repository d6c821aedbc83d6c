import { mannWhitney } from '../statistics/mann-whitney.ts';
import type { GateCheck } from './gate-check.ts';
import type { GatePolicy } from './policy.ts';
import type { RunningCost, RunningCosts } from './running-costs.ts';

/** A slowdown is believed at this level. */
const significance = 0.01;
/** And where a run of the challenger is the slower one in at least this share of pairs: a machine at work shifts all runs a little. */
const effectMin = 0.7;
/** Less memory than this is within what one and the same model takes from one time to the next. */
const memoryFloorBytes = 16 * 2 ** 20;

/**
 * Whether the challenger is slower or larger than the policy allows. Slower needs three things: the latency that 99 of 100
 * runs keep within is over the ratio, a one-sided Mann–Whitney test shows a slowdown, and its effect is large.
 */
export function runningCostChecks(costs: RunningCosts, policy: GatePolicy): readonly GateCheck[] {
  const base = { images: 0, difference: null, lower: null, upper: null, moreLabels: null };
  const latency = { ...base, name: 'latency', margin: policy.latencyRatioMax - 1 };
  const memory = { ...base, name: 'memory', margin: policy.memoryRatioMax - 1 };
  if (costs.kind === 'same_backbone') {
    const sentence = 'It is another head on the champion’s backbone: an answer takes the same.';
    return [{ ...latency, answer: 'pass', sentence }, { ...memory, answer: 'pass', sentence }];
  }
  if (costs.kind === 'failed') {
    const answer = costs.which === 'challenger' ? 'hold' as const : 'cannot_tell' as const;
    return [{ ...latency, answer, sentence: `What an answer takes could not be measured: the ${costs.which} did not run within the limits (${costs.code}: ${costs.sentence}).` }];
  }
  return [latencyCheck(costs, latency, policy.latencyRatioMax), memoryCheck(costs, memory, policy.memoryRatioMax)];
}

interface Both { readonly champion: RunningCost; readonly challenger: RunningCost }
type Base = Pick<GateCheck, 'name' | 'margin' | 'images' | 'difference' | 'lower' | 'upper' | 'moreLabels'>;

function latencyCheck({ champion, challenger }: Both, base: Base, ratioMax: number): GateCheck {
  const [old, fresh] = [p99(champion.latenciesMs), p99(challenger.latenciesMs)];
  const { pGreater, effect } = mannWhitney(challenger.latenciesMs, champion.latenciesMs);
  const ratio = fresh / old;
  const slower = ratio > ratioMax && pGreater < significance && effect >= effectMin;
  const facts = `Alone and in turn, ${challenger.latenciesMs.length} and ${champion.latenciesMs.length} runs of one image: 99 of 100 answers of the challenger come within ${fresh.toFixed(1)} ms, of the champion within ${old.toFixed(1)} ms (${ratio.toFixed(2)} ×); `
    + `its run is the slower one in ${(100 * effect).toFixed(0)} % of pairs (Mann–Whitney, p ${pGreater < 0.0001 ? '< 0.0001' : `= ${pGreater.toFixed(4)}`}). `;
  const conclusion = slower ? `It is slower than the ${ratioMax} × allowed.` : ratio > ratioMax ? 'The tail is longer, but no slowdown of such size is shown.' : `It is within the ${ratioMax} × allowed.`;
  return { ...base, images: challenger.latenciesMs.length, difference: ratio - 1, answer: slower ? 'hold' : 'pass', sentence: `${facts}${conclusion}` };
}

function memoryCheck({ champion, challenger }: Both, base: Base, ratioMax: number): GateCheck {
  const ratio = challenger.memoryBytes / Math.max(1, champion.memoryBytes);
  const larger = ratio > ratioMax && challenger.memoryBytes - champion.memoryBytes > memoryFloorBytes;
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  const facts = `Loading and running the challenger takes ${mebibytes(challenger.memoryBytes)} MiB, the champion ${mebibytes(champion.memoryBytes)} MiB (${ratio.toFixed(2)} ×). `;
  const conclusion = larger ? `That is more than the ${ratioMax} × allowed.` : ratio > ratioMax ? 'So little a difference is within what one model takes from one time to the next.' : `It is within the ${ratioMax} × allowed.`;
  return { ...base, difference: ratio - 1, answer: larger ? 'hold' : 'pass', sentence: `${facts}${conclusion}` };
}

/** The value that at most one in a hundred is above; of few values, the greatest. */
function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(0.99 * sorted.length) - 1)] ?? Number.NaN;
}
