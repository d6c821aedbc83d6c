import { type Answer, effectiveAnswers, type Verdict, verdictOf } from './review.ts';

/** Most eyes on one item before a disagreement goes to an adjudicator. */
export const eyesMax = 3;

export type Decision =
  | { readonly state: 'settled'; readonly verdict: Verdict; readonly decisive: Answer }
  | { readonly state: 'open' }
  | { readonly state: 'unresolved'; readonly why: 'not_in_list' | 'disagreement' | 'nobody_else' };

/**
 * What the answers to an item amount to. It settles once as many as wanted have answered and more than half say the same;
 * a disagreement asks one more, up to three; "not in the list" goes to an adjudicator at once; unsure and skipped items go
 * to somebody else, and to an adjudicator where nobody else is left.
 * @param answers all annotations of the item, withdrawals among them
 * @param answersWanted at least 1; 1 settles by the first answer
 * @param othersLeft how many people and keys could still answer it
 */
export function decideItem(answers: readonly Answer[], answersWanted: number, othersLeft: number): Decision {
  const effective = effectiveAnswers(answers);
  if (effective.some((each) => each.kind === 'not_in_list')) return { state: 'unresolved', why: 'not_in_list' };
  const votes = effective.flatMap((answer) => {
    const verdict = verdictOf(answer);
    return verdict === null ? [] : [{ answer, verdict }];
  });
  const [best] = [...Map.groupBy(votes, ({ verdict }) => `${verdict.kind} ${verdict.classId}`).values()].toSorted((a, b) => b.length - a.length);
  const last = best?.at(-1);
  if (best !== undefined && last !== undefined && votes.length >= answersWanted && best.length * 2 > votes.length) return { state: 'settled', verdict: last.verdict, decisive: last.answer };
  if (votes.length >= Math.max(eyesMax, answersWanted)) return { state: 'unresolved', why: 'disagreement' };
  return effective.length > 0 && othersLeft <= 0 ? { state: 'unresolved', why: 'nobody_else' } : { state: 'open' };
}
