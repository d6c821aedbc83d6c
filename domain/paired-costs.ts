import { meanByGroup } from '../statistics/mean-by-group.ts';
import { costOf } from './flagging.ts';
import type { PairedAnswer, PairedAnswers } from './paired-answers.ts';
import type { Policy } from './policy.ts';

/** What the answers of both models cost on the same images. */
export interface PairedCosts {
  readonly images: number;
  /** Mean cost of an image's answer, in the units of the cost matrix. */
  readonly championCost: number;
  readonly challengerCost: number;
  /**
   * What the challenger saves (champion − challenger), as a share of what a mistake costs on the mean. With every mistake at
   * the same cost it is the difference in accuracy, so margins in points mean the same with and without costs.
   */
  readonly difference: number;
  /** One-sided 95 % bounds. */
  readonly lower: number;
  readonly upper: number;
}

/** Between the one-sided 95 % bounds. */
const level = 0.9;

/**
 * Compares by cost, with Student's bounds on what groups save, for costs have no exact test as counts do. Images of one burst
 * stand together; with fewer than two groups the bounds are infinite, and nothing can be told. One image of the dearest
 * mistake each way is supposed beside those seen, for no disagreement among few images does not mean that there is none
 * (the thought of Agresti and Min's interval for paired counts, 2005).
 */
export function comparePairCosts(pairs: PairedAnswers, costs: Policy['costs'], classIds: readonly number[]): PairedCosts {
  const images = pairs.length;
  const mean = (of: (pair: PairedAnswer) => number): number => (images === 0 ? 0 : pairs.reduce((sum, pair) => sum + of(pair), 0) / images);
  const championCost = mean((pair) => costOf(costs, pair.truth, pair.champion));
  const challengerCost = mean((pair) => costOf(costs, pair.truth, pair.challenger));
  const mistake = mean((pair) => meanMistake(costs, pair.truth, classIds)) || 1;
  const groups = [...Map.groupBy(pairs, (pair) => pair.group).values()].map((own) => ({
    count: own.length, sum: own.reduce((sum, pair) => sum + costOf(costs, pair.truth, pair.champion) - costOf(costs, pair.truth, pair.challenger), 0) / mistake,
  }));
  const dearest = pairs.reduce((most, pair) => Math.max(most, ...classIds.map((answered) => costOf(costs, pair.truth, answered))), 0) / mistake;
  const supposed = [1, -1].map((sign) => ({ count: 1, sum: sign * dearest }));
  const bounds = meanByGroup(groups.length < 2 ? groups : [...groups, ...supposed], level);
  return { images, championCost, challengerCost, difference: (championCost - challengerCost) / mistake, lower: bounds.lower, upper: bounds.upper };
}

/** What answering with one of the other classes costs on the mean. */
function meanMistake(costs: Policy['costs'], truth: number, classIds: readonly number[]): number {
  const others = classIds.filter((classId) => classId !== truth);
  return others.length === 0 ? 1 : others.reduce((sum, answered) => sum + costOf(costs, truth, answered), 0) / others.length;
}
