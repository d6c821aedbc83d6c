/**
 * How much the images of a class count in the loss. `balanced` makes rare classes count as much as common ones
 * (scikit-learn's n / (classes × n_class)); `costs` makes a class count by what mistaking it costs: the mean of its row
 * of the cost matrix. Both move the probabilities away from the true shares, so `none` is the default and costs are
 * better applied when deciding.
 */
export type ClassWeighting =
  | { readonly kind: 'none' }
  | { readonly kind: 'balanced' }
  | { readonly kind: 'costs'; readonly costs: readonly (readonly number[])[] };

/**
 * One factor a class. Classes without images get 0. For `costs` the factors are scaled so that their mean over images
 * is 1, which leaves the meaning of l2 as it was.
 *
 * @param counts images a class
 */
export function classWeightsOf(weighting: ClassWeighting, counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.filter((count) => count > 0).length;
  switch (weighting.kind) {
    case 'none':
      return counts.map((count) => (count > 0 ? 1 : 0));
    case 'balanced':
      return counts.map((count) => (count > 0 ? total / (present * count) : 0));
    case 'costs': {
      const raw = counts.map((count, k) => (count > 0 ? meanCost(weighting.costs[k] ?? [], k) : 0));
      const mean = raw.reduce((sum, weight, k) => sum + weight * (counts[k] as number), 0) / total;
      return mean > 0 ? raw.map((weight) => weight / mean) : counts.map((count) => (count > 0 ? 1 : 0));
    }
  }
}

function meanCost(row: readonly number[], own: number): number {
  const others = row.filter((_, k) => k !== own);
  return others.length === 0 ? 1 : others.reduce((sum, cost) => sum + cost, 0) / others.length;
}
