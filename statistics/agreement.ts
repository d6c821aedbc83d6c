/** What a rater may answer: class ids, or anything compared by identity. */
export type Answer = string | number;

/**
 * Cohen's kappa of two raters on the same items (Cohen 1960): 1 is full agreement, 0 what chance would give.
 * Where both gave one and the same answer throughout, chance agreement is 1 and kappa is undefined: NaN.
 *
 * @throws RangeError when the lists are empty or of different length
 */
export function cohenKappa(first: readonly Answer[], second: readonly Answer[]): number {
  if (first.length !== second.length || first.length === 0) throw new RangeError('kappa needs two equally long lists');
  const n = first.length;
  const firstCounts = countAnswers(first);
  const secondCounts = countAnswers(second);
  const observed = first.filter((answer, i) => answer === second[i]).length / n;
  let chance = 0;
  for (const [answer, count] of firstCounts) chance += (count / n) * ((secondCounts.get(answer) ?? 0) / n);
  return chance >= 1 ? NaN : (observed - chance) / (1 - chance);
}

/**
 * Krippendorff's alpha for nominal answers (Krippendorff 2011): any number of raters, answers may be missing (null).
 * NaN where nothing can be said: no item with two answers, or one answer only throughout.
 *
 * @param items one list of answers for each item
 */
export function krippendorffAlpha(items: readonly (readonly (Answer | null)[])[]): number {
  const totals = new Map<Answer, number>();
  let pairable = 0;
  let disagreement = 0;
  for (const item of items) {
    const answers = item.filter((answer) => answer !== null);
    if (answers.length < 2) continue;
    const counts = countAnswers(answers);
    let samePairs = 0;
    for (const [answer, count] of counts) {
      samePairs += count * (count - 1);
      totals.set(answer, (totals.get(answer) ?? 0) + count);
    }
    pairable += answers.length;
    disagreement += (answers.length * (answers.length - 1) - samePairs) / (answers.length - 1);
  }
  let same = 0;
  for (const count of totals.values()) same += count * (count - 1);
  const expected = pairable * (pairable - 1) - same;
  return expected > 0 ? 1 - ((pairable - 1) * disagreement) / expected : NaN;
}

function countAnswers(answers: readonly Answer[]): Map<Answer, number> {
  const counts = new Map<Answer, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return counts;
}
