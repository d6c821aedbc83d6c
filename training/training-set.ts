import { PerennialError } from '../domain/errors.ts';
import type { Targets } from '../domain/matrix-products.ts';
import { type ClassWeighting, classWeightsOf } from './class-weights.ts';
import { normaliseEmbeddings, requireEmbeddings } from './embeddings.ts';

/** Labelled embeddings as a dataset version gives them. */
export interface LabelledEmbeddings {
  /** n × d, row after row */
  readonly embeddings: Float32Array;
  readonly n: number;
  readonly d: number;
  /** class id of each image's label */
  readonly labels: readonly number[];
  /** burst, near-duplicate set or camera-day of each image; images of one group are never parted by a split */
  readonly groups: readonly string[];
  /** class ids in the order that the head's rows shall have; all different */
  readonly classIds: readonly number[];
  /** how much each label counts, ≥ 0; all 1 when left out */
  readonly sampleWeights?: Float32Array;
  readonly classWeighting?: ClassWeighting;
  /** whether embeddings are scaled to length 1 first; the head then expects that of every embedding. Default `l2`. */
  readonly normalise?: 'l2' | 'none';
}

/** The same, checked and reduced to the classes that have images. */
export interface TrainingSet {
  readonly embeddings: Float32Array;
  readonly n: number;
  readonly d: number;
  /** positions in `classIds` that have images; row r of the fitted matrix is class `classIds[present[r]]` */
  readonly present: readonly number[];
  /** labels count in rows of `present`; weights hold sample and class weights */
  readonly targets: Targets;
  /** sample weights alone: validation is judged at the natural class mix */
  readonly judgeWeights: Float32Array;
}

/**
 * @throws PerennialError TRAINING_INPUT_INVALID when sizes do not match, a value is not finite, a class id repeats or a
 *   label is none of them; TRAINING_TOO_FEW_CLASSES when fewer than two classes have an image that counts
 */
export function prepareTrainingSet(input: LabelledEmbeddings): TrainingSet {
  const { n, d, classIds, labels, classWeighting = { kind: 'none' }, normalise = 'l2' } = input;
  const judgeWeights = input.sampleWeights ?? new Float32Array(n).fill(1);
  requireLengths(input, judgeWeights);
  const positions = positionsOf(classIds, labels);
  const counts = classIds.map(() => 0);
  positions.forEach((position, i) => {
    if ((judgeWeights[i] as number) > 0) counts[position] = (counts[position] as number) + 1;
  });
  const present = classIds.map((_, position) => position).filter((position) => (counts[position] as number) > 0);
  if (present.length < 2) throw new PerennialError('TRAINING_TOO_FEW_CLASSES');
  const classWeights = classWeightsOf(classWeighting, counts);
  const rows = new Map(present.map((position, row) => [position, row]));
  // An image of weight 0 may be of a class that nobody else has; its label then is never read.
  const rowLabels = Int32Array.from(positions, (position) => rows.get(position) ?? 0);
  const sampleWeights = judgeWeights.map((weight, i) => weight * (classWeights[positions[i] as number] as number));
  if (normalise === 'none') requireEmbeddings(input.embeddings, n, d);
  const embeddings = normalise === 'l2' ? normaliseEmbeddings(input.embeddings, n, d) : input.embeddings;
  return { embeddings, n, d, present, targets: { classes: present.length, labels: rowLabels, sampleWeights }, judgeWeights };
}

function requireLengths({ n, labels, groups, classIds }: LabelledEmbeddings, weights: Float32Array): void {
  const wrong = (message: string): PerennialError => new PerennialError('TRAINING_INPUT_INVALID', message);
  if (labels.length !== n || groups.length !== n || weights.length !== n) {
    throw wrong('There must be one label, one group and one weight an image.');
  }
  if (new Set(classIds).size !== classIds.length) throw wrong('A class id is listed twice.');
  if (!weights.every((weight) => weight >= 0 && weight < Infinity)) throw wrong('A weight is negative or not finite.');
}

function positionsOf(classIds: readonly number[], labels: readonly number[]): number[] {
  const positions = new Map(classIds.map((classId, position) => [classId, position]));
  return labels.map((label) => {
    const position = positions.get(label);
    if (position === undefined) {
      throw new PerennialError('TRAINING_INPUT_INVALID', `Label ${label} is not one of the classes.`, { label });
    }
    return position;
  });
}
