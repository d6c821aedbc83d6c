import { expectedCalibrationError, type ReliabilityBin, reliabilityBins } from '../statistics/calibration-error.ts';
import { wilson } from '../statistics/proportion.ts';
import { designEffectOf } from '../statistics/sample-size.ts';
import { costOf } from './flagging.ts';
import type { Policy } from './policy.ts';
import type { ProjectClass } from './prediction.ts';

/** What a version answers for one image of a holdout; answers and truth are class ids. */
export interface HoldoutAnswer {
  readonly imageId: string;
  readonly truth: number;
  readonly answer: number;
  /** Calibrated, 0 to 1, of the answer. */
  readonly confidence: number;
  /** Burst, camera site or image: images of one group are not independent. */
  readonly group: string;
  readonly camera: string | null;
}

/** How many of how many, with a 95 % Wilson interval on what the images are worth; null where there are none. */
export interface SharedOut {
  readonly right: number;
  readonly of: number;
  readonly lower: number;
  readonly upper: number;
}

export interface HoldoutReport {
  readonly images: number;
  readonly accuracy: SharedOut | null;
  /** Mean over classes with an image of the harmonic mean of recall and precision, 0 to 1; null without images. */
  readonly macroF1: number | null;
  /** Mean cost of the answers under the policy. */
  readonly meanCost: number | null;
  /** Expected calibration error, 0 to 1. */
  readonly calibrationError: number | null;
  readonly bins: readonly ReliabilityBin[];
  /** In the order of the project's classes; those that went from it come after. */
  readonly classes: readonly { readonly classId: number; readonly recall: SharedOut | null; readonly precision: SharedOut | null }[];
  /** Most images first; null gathers images without a camera. */
  readonly cameras: readonly { readonly camera: string | null; readonly accuracy: SharedOut }[];
  /** Only cells with an image. */
  readonly matrix: readonly { readonly truth: number; readonly answer: number; readonly images: number }[];
}

const binCount = 10;

/** How a version did on a holdout, by class and camera. Pure: the same answers give the same report. */
export function reportOnHoldout(answers: readonly HoldoutAnswer[], classes: readonly ProjectClass[], costs: Policy['costs']): HoldoutReport {
  const known = [...new Set([...classes.map(({ classId }) => classId), ...answers.flatMap(({ truth, answer }) => [truth, answer])])];
  const perClass = known.map((classId) => ({
    classId, recall: shareRight(answers.filter((each) => each.truth === classId)), precision: shareRight(answers.filter((each) => each.answer === classId)),
  }));
  const right = answers.map((each) => each.truth === each.answer);
  const confidences = answers.map(({ confidence }) => Math.min(1, Math.max(0, confidence)));
  const none = answers.length === 0;
  return {
    images: answers.length,
    accuracy: shareRight(answers),
    macroF1: macroF1Of(perClass),
    meanCost: none ? null : answers.reduce((sum, { truth, answer }) => sum + costOf(costs, truth, answer), 0) / answers.length,
    calibrationError: none ? null : expectedCalibrationError(confidences, right, binCount),
    bins: none ? [] : reliabilityBins(confidences, right, binCount),
    classes: perClass,
    cameras: [...Map.groupBy(answers, ({ camera }) => camera)].map(([camera, own]) => ({ camera, accuracy: shareRight(own) as SharedOut })).toSorted((a, b) => b.accuracy.of - a.accuracy.of),
    matrix: [...Map.groupBy(answers, ({ truth, answer }) => `${truth}/${answer}`).values()].map((cell) => ({ truth: (cell[0] as HoldoutAnswer).truth, answer: (cell[0] as HoldoutAnswer).answer, images: cell.length })),
  };
}

/** Frames of one burst go right and wrong together, so the interval rests on what they are worth, not on how many they are. */
export function shareRight(answers: readonly Pick<HoldoutAnswer, 'truth' | 'answer' | 'group'>[]): SharedOut | null {
  if (answers.length === 0) return null;
  const groups = Map.groupBy(answers, ({ group }) => group);
  const right = answers.filter((each) => each.truth === each.answer).length;
  const by = designEffectOf([...groups.values()].map((own) => own.map((each) => Number(each.truth === each.answer))));
  return { right, of: answers.length, ...wilson(right / by, answers.length / by) };
}

function macroF1Of(classes: readonly { readonly recall: SharedOut | null; readonly precision: SharedOut | null }[]): number | null {
  const present = classes.filter(({ recall }) => recall !== null);
  if (present.length === 0) return null;
  const sum = present.reduce((total, { recall, precision }) => total + (2 * (recall?.right ?? 0)) / ((recall?.of ?? 0) + (precision?.of ?? 0)), 0);
  return sum / present.length;
}
