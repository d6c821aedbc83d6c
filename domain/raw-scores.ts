/**
 * Scores of a model outside as probabilities that sum to 1. Scores that could be probabilities (none negative, none
 * above 1) are scaled; others are taken for logits (softmax). A class without a score gets 0.
 * @param scores one a class, null where there is none; at least one is a number
 */
export function probabilitiesOf(scores: readonly (number | null)[]): number[] {
  const given = scores.filter((score) => score !== null);
  const total = given.reduce((sum, score) => sum + score, 0);
  if (given.every((score) => score >= 0 && score <= 1) && total > 0) return scores.map((score) => (score ?? 0) / total);
  const highest = given.reduce((most, score) => Math.max(most, score), -Infinity);
  const exponentials = scores.map((score) => (score === null ? 0 : Math.exp(score - highest)));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return sum === 0 ? scores.map(() => 1 / scores.length) : exponentials.map((each) => each / sum);
}
