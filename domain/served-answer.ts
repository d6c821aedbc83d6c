import { chooseAnswer } from './flagging.ts';
import { answerOf } from './head.ts';
import type { Policy } from './policy.ts';
import type { Head } from './ports.ts';

/**
 * The class that a project acts on: the one that costs least under the policy, not always the most probable. Serving answers
 * with it and the gate judges by it, by this one function.
 * @param probabilities in the order of `classIds`
 */
export const servedClass = (classIds: readonly number[], probabilities: ArrayLike<number>, costs: Policy['costs']): number =>
  chooseAnswer(costs, new Map(classIds.map((classId, at) => [classId, probabilities[at] as number])));

/** What a head would have serving answer for an embedding. */
export const servedClassOf = (head: Head, embedding: Float32Array, costs: Policy['costs']): number => servedClass(head.classIds, answerOf(head, embedding).probabilities, costs);

/** The same with its calibrated probability, 0 to 1. */
export function surelyServed(head: Head, embedding: Float32Array, costs: Policy['costs']): { readonly classId: number; readonly confidence: number } {
  const { probabilities } = answerOf(head, embedding);
  const classId = servedClass(head.classIds, probabilities, costs);
  return { classId, confidence: Math.min(1, probabilities[head.classIds.indexOf(classId)] ?? 0) };
}
