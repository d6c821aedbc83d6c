import { type Answer, effectiveAnswers, type Verdict, verdictOf } from './review.ts';

/** Most eyes on one item before a disagreement goes to an adjudicator, where the policy says nothing. */
export const eyesMaxDefault = 3;

export type Decision =
  | { readonly state: 'settled'; readonly verdict: Verdict; readonly decisive: Answer }
  | { readonly state: 'open' }
  | { readonly state: 'unresolved'; readonly why: 'not_in_list' | 'disagreement' | 'nobody_else' };

/**
 * What the answers to an item amount to. It settles as soon as more than half of those wanted, and of those given, say the same;
 * a disagreement asks one more, up to `eyesMax`; a person in the picture settles it as unusable at once; "not in the list" goes to an adjudicator at once; unsure and skipped items go
 * to somebody else, and to an adjudicator where nobody else is left.
 * @param answers all annotations of the item, withdrawals among them
 * @param answersWanted at least 1; 1 settles by the first answer
 * @param othersLeft how many people and keys could still answer it
 * @param eyesMax most answers before a disagreement goes to an adjudicator
 */
export function decideItem(answers: readonly Answer[], answersWanted: number, othersLeft: number, eyesMax = eyesMaxDefault): Decision {
  const effective = effectiveAnswers(answers);
  // A picture with a person in it is hidden from all but admins at once: there is nobody left to ask.
  const person = effective.find((each) => each.kind === 'person');
  if (person !== undefined) return { state: 'settled', verdict: { kind: 'unusable', classId: null }, decisive: person };
  if (effective.some((each) => each.kind === 'not_in_list')) return { state: 'unresolved', why: 'not_in_list' };
  const votes = effective.flatMap((answer) => {
    const verdict = verdictOf(answer);
    return verdict === null ? [] : [{ answer, verdict }];
  });
  const [best] = [...Map.groupBy(votes, ({ verdict }) => `${verdict.kind} ${verdict.classId}`).values()].toSorted((a, b) => b.length - a.length);
  const last = best?.at(-1);
  if (best !== undefined && last !== undefined && best.length * 2 > Math.max(votes.length, answersWanted)) return { state: 'settled', verdict: last.verdict, decisive: last.answer };
  if (votes.length >= Math.max(eyesMax, answersWanted)) return { state: 'unresolved', why: 'disagreement' };
  return effective.length > 0 && othersLeft <= 0 ? { state: 'unresolved', why: 'nobody_else' } : { state: 'open' };
}
