/** What a model that did not learn from an image says of it. */
export interface HeldOutAnswer {
  readonly labelId: string;
  readonly imageId: string;
  readonly classId: number;
  /** Calibrated, by the order of `classIds`. */
  readonly probabilities: ArrayLike<number>;
}

export interface Dispute {
  readonly labelId: string;
  readonly imageId: string;
  /** The label's class, and what the model says instead. */
  readonly labelled: number;
  readonly classId: number;
  readonly probability: number;
  readonly labelProbability: number;
}

/** Surer than this a model disputes a label even of a class of which it is usually surer still. */
const sure = 0.8;

/**
 * Labels that are probably wrong, most strongly disputed first (confident learning: Northcutt, Jiang and Chuang 2021). A label is disputed
 * where the model puts another class first, at least as surely as it usually is of images with that label: so a class of which the
 * model is always unsure does not dispute everything.
 * @param answers by heads that were not fitted on the image's group
 */
export function disputedLabels(answers: readonly HeldOutAnswer[], classIds: readonly number[]): readonly Dispute[] {
  const usual = classIds.map((classId, at) => {
    const own = answers.filter((each) => each.classId === classId);
    // No image has this label: nothing says how sure of it the model should be.
    return own.length === 0 ? Infinity : Math.min(sure, own.reduce((sum, each) => sum + (each.probabilities[at] ?? 0), 0) / own.length);
  });
  const disputes = answers.flatMap((answer): Dispute[] => {
    const top = classIds.reduce((best, _, at) => ((answer.probabilities[at] ?? 0) > (answer.probabilities[best] ?? 0) ? at : best), 0);
    const classId = classIds[top];
    const probability = answer.probabilities[top] ?? 0;
    if (classId === undefined || classId === answer.classId || probability < (usual[top] ?? Infinity)) return [];
    const { labelId, imageId, classId: labelled } = answer;
    return [{ labelId, imageId, labelled, classId, probability, labelProbability: answer.probabilities[classIds.indexOf(labelled)] ?? 0 }];
  });
  return disputes.toSorted((a, b) => b.probability - b.labelProbability - (a.probability - a.labelProbability) || (a.labelId < b.labelId ? -1 : 1));
}
