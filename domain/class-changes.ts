import type { Policy } from './policy.ts';
import type { ProjectClass } from './prediction.ts';

/** A class with what people are told about it. */
export interface DescribedClass extends ProjectClass {
  readonly description?: string;
}

/** A recorded act on classes, oldest first. */
export interface ClassChange {
  readonly kind: 'add' | 'rename' | 'merge' | 'split';
  readonly from: readonly number[];
  readonly into: readonly number[];
}

/** Where merged classes went, through all acts: what merged into a class that merged itself is where that one went. */
export function mergesOf(changes: readonly ClassChange[]): ReadonlyMap<number, number> {
  const went = new Map(changes.filter((each) => each.kind === 'merge').flatMap(({ from, into }) => from.map((id) => [id, into[0] as number] as const)));
  const follow = (id: number): number => {
    let at = id;
    // Ids are never used again, so that a chain ends; the bound is for a record that says otherwise.
    for (let steps = 0; steps <= went.size && went.has(at); steps += 1) at = went.get(at) as number;
    return at;
  };
  return new Map([...went.keys()].map((id) => [id, follow(id)]));
}

/** Classes that were split: an answer that named one says nothing any more. */
export const splitClasses = (changes: readonly ClassChange[]): ReadonlySet<number> => new Set(changes.filter((each) => each.kind === 'split').flatMap((each) => each.from));

/** Probabilities of merged classes added to where they went, most probable first. */
export function mergeProbabilities<T extends { readonly classId: number; readonly probability: number }>(classes: readonly T[], merges: ReadonlyMap<number, number>): readonly { classId: number; probability: number }[] {
  const sums = new Map<number, number>();
  for (const { classId, probability } of classes) { const id = merges.get(classId) ?? classId; sums.set(id, (sums.get(id) ?? 0) + probability); }
  return [...sums].map(([classId, probability]) => ({ classId, probability })).toSorted((a, b) => b.probability - a.probability);
}

/** A policy without what it said of classes that went; the same one where it said nothing. */
export function policyWithout(policy: Policy, gone: ReadonlySet<number>): Policy {
  const stays = ({ classId }: { classId: number }): boolean => !gone.has(classId);
  const costs = Object.fromEntries(Object.entries(policy.costs).filter(([id]) => !gone.has(Number(id))).map(([id, row]) => [id, Object.fromEntries(Object.entries(row).filter(([to]) => !gone.has(Number(to))))]));
  const next = { ...policy, costs, flagging: { ...policy.flagging, perClass: policy.flagging.perClass.filter(stays) }, gate: { ...policy.gate, listedClasses: policy.gate.listedClasses.filter(stays) } };
  return JSON.stringify(next) === JSON.stringify(policy) ? policy : next;
}

/** The classes a policy names that are not there. */
export function unknownInPolicy(policy: Policy, classIds: ReadonlySet<number>): readonly number[] {
  const named = [...policy.flagging.perClass, ...policy.gate.listedClasses].map((each) => each.classId);
  const priced = Object.entries(policy.costs).flatMap(([id, row]) => [Number(id), ...Object.keys(row).map(Number)]);
  return [...new Set([...named, ...priced])].filter((each) => !classIds.has(each));
}
