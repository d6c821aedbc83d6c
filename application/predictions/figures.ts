import { answerOf, noveltyOf } from '../../domain/head.ts';
import type { Policy } from '../../domain/policy.ts';
import type { ServedModel, ServedProject } from '../../domain/ports-predictions.ts';
import type { Prediction } from '../../domain/prediction.ts';
import { servedClass } from '../../domain/served-answer.ts';

/** What is stored of an answer. */
export type Figures = Pick<Prediction, 'probabilities' | 'topClassId' | 'confidence' | 'rawScore' | 'margin' | 'novelty'>;

/** What a model says of an embedding, in the figures that are stored. */
export function figuresOf({ head }: Pick<ServedModel, 'head'>, embedding: Float32Array, costs: Policy['costs']): Figures {
  const figures = figuresOfProbabilities(head.classIds, [...answerOf(head, embedding).probabilities], costs);
  const raw = answerOf({ ...head, temperature: 1 }, embedding).probabilities[head.classIds.indexOf(figures.topClassId)] ?? 0;
  return { ...figures, rawScore: Math.min(1, raw), novelty: noveltyOf(head, embedding) };
}

/** @param probabilities in the order of `classIds` */
export function figuresOfProbabilities(classIds: readonly number[], probabilities: readonly number[], costs: Policy['costs']) {
  const topClassId = servedClass(classIds, probabilities, costs);
  const [first = 0, second = 0] = probabilities.toSorted((a, b) => b - a);
  return { probabilities, topClassId, confidence: Math.min(1, probabilities[classIds.indexOf(topClassId)] ?? 0), margin: Math.max(0, Math.min(1, first - second)) };
}

/** Classes by descending probability, with their names. */
export function classesOf(project: Pick<ServedProject, 'classes'>, classIds: readonly number[], probabilities: readonly number[]) {
  const nameOf = (classId: number): string => project.classes.find((each) => each.classId === classId)?.name ?? String(classId);
  return classIds.map((classId, at) => ({ classId, name: nameOf(classId), probability: Math.min(1, probabilities[at] as number) })).toSorted((a, b) => b.probability - a.probability);
}

/** The answer that is acted on, with its name. */
export const topOf = (classes: readonly { classId: number; name: string }[], classId: number) => ({ classId, name: classes.find((each) => each.classId === classId)?.name ?? String(classId) });
