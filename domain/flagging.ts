import type { Flag } from './flag.ts';
import { flagReasonOrder, type Policy } from './policy.ts';

/** What flagging looks at: figures of one prediction and its image. */
export interface FlagCandidate {
  readonly topClassId: number;
  /** Calibrated, 0 to 1. */
  readonly confidence: number;
  readonly margin: number;
  readonly novelty: number | null;
  readonly sharpness: number;
  /** Probabilities by class id, for the cost of acting on the answer. */
  readonly probabilities: ReadonlyMap<number, number>;
}

/** Whether a prediction is drawn for the audit sample; asked before everything else, with chance as an argument. */
export const drawAudit = (random: () => number, share: number): boolean => random() < share;

/** Cost of answering `answered` when `truth` is right; what the policy leaves out costs 1 when wrong. */
export function costOf(costs: Policy['costs'], truth: number, answered: number): number {
  if (truth === answered) return 0;
  return costs[String(truth)]?.[String(answered)] ?? 1;
}

/** Mean cost of acting on an answer, under the calibrated probabilities. */
export function expectedCost(costs: Policy['costs'], probabilities: ReadonlyMap<number, number>, answered: number): number {
  let sum = 0;
  for (const [truth, probability] of probabilities) sum += probability * costOf(costs, truth, answered);
  return sum;
}

/**
 * The answer a project acts on: the class whose expected cost is least, of equals the more probable one. Without a cost
 * matrix that is the most probable class (Elkan, "The Foundations of Cost-Sensitive Learning", 2001).
 * @param probabilities calibrated, by class id; at least one
 */
export function chooseAnswer(costs: Policy['costs'], probabilities: ReadonlyMap<number, number>): number {
  const answers = [...probabilities].map(([classId, probability]) => ({ classId, probability, cost: expectedCost(costs, probabilities, classId) }));
  return answers.reduce((best, each) => (each.cost < best.cost - 1e-12 || (each.cost <= best.cost + 1e-12 && each.probability > best.probability) ? each : best)).classId;
}

/**
 * Why a prediction needs a person, in the order reasons are shown; empty where it needs none. A prediction exactly at a
 * threshold is kept, not flagged. With a cost matrix the confidence rule reads: acting costs more than the same share of
 * uncertainty would at cost 1, so a dear mistake is asked about at a higher confidence.
 */
export function flagsFor(candidate: FlagCandidate, policy: Policy, audit: boolean): readonly Flag[] {
  const { flagging, costs } = policy;
  const own = flagging.perClass.find((each) => each.classId === candidate.topClassId);
  const confidenceMin = own?.confidenceMin ?? flagging.confidenceMin;
  const marginMin = own?.marginMin ?? flagging.marginMin;
  const cost = expectedCost(costs, candidate.probabilities, candidate.topClassId);
  const flags: Flag[] = [];
  const flag = (when: boolean, reason: Flag['reason'], value: number | null, threshold: number | null): void => {
    if (when) flags.push({ reason, value, threshold });
  };
  flag(audit, 'audit', null, policy.audit.share);
  flag(confidenceMin > 0 && (candidate.confidence < confidenceMin || cost > 1 - confidenceMin + 1e-9), 'low_confidence', candidate.confidence, confidenceMin);
  flag(marginMin > 0 && candidate.margin < marginMin, 'ambiguous', candidate.margin, marginMin);
  flag(flagging.noveltyMax !== null && candidate.novelty !== null && candidate.novelty > flagging.noveltyMax, 'novel', candidate.novelty, flagging.noveltyMax);
  flag(flagging.sharpnessMin !== null && candidate.sharpness < flagging.sharpnessMin, 'blurred', candidate.sharpness, flagging.sharpnessMin);
  return flags.toSorted((a, b) => flagReasonOrder.indexOf(a.reason) - flagReasonOrder.indexOf(b.reason));
}

/** What asking about a prediction is worth: the cost of acting on it, a little more where the two best are close; ≥ 0. */
export function reviewValue(candidate: FlagCandidate, policy: Policy): number {
  return expectedCost(policy.costs, candidate.probabilities, candidate.topClassId) + 0.5 * (1 - candidate.margin);
}

/** Bits in which two 64-bit hashes differ, 0 to 64. */
export function hashDistance(a: bigint, b: bigint): number {
  let bits = BigInt.asUintN(64, a ^ b);
  let count = 0;
  for (; bits !== 0n; bits &= bits - 1n) count += 1;
  return count;
}

/**
 * Names the burst an image belongs to: the one its sender named, else the running one of its camera while the gap is
 * short enough, else a new one of its own. Null where there is neither camera nor time.
 */
export function burstKeyOf(image: { camera: string | null; burst: string | null; capturedAt: Date | null }, previous: { burstKey: string; capturedAt: Date } | null, burstSeconds: number): string | null {
  if (image.burst !== null) return `${image.camera ?? ''}/${image.burst}`;
  if (image.camera === null || image.capturedAt === null || burstSeconds === 0) return null;
  if (previous !== null && Math.abs(image.capturedAt.getTime() - previous.capturedAt.getTime()) <= burstSeconds * 1000) return previous.burstKey;
  return `${image.camera}/${image.capturedAt.toISOString()}`;
}
