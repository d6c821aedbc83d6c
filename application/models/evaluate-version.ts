import type { z } from 'zod';
import type { comparisonSchema, evaluationSchema, FlipName, JudgedPictures } from '../../contracts/model-evaluation.ts';
import { compareVersions, type ComparedImage, flipOf, pairUp } from '../../domain/compare-versions.ts';
import { type HoldoutAnswer, reportOnHoldout } from '../../domain/holdout-report.ts';
import type { Policy } from '../../domain/policy.ts';
import type { PictureReader } from '../../domain/ports-pictures.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import { namer } from '../review/class-names.ts';
import { type SignView, viewsOf } from '../review/show-item.ts';
import type { Holdout, HoldoutAnswers } from './holdout-answers.ts';

export interface EvaluateDependencies {
  readonly answers: HoldoutAnswers;
  readonly classes: (projectId: string) => Promise<readonly ProjectClass[]>;
  readonly policy: (projectId: string) => Promise<Policy>;
  readonly pictures: PictureReader;
  /** Those of the given images that only admins may see. */
  readonly hidden: (imageIds: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly sign: SignView;
}

interface OnHoldout { readonly projectId: string; readonly number: number; readonly holdout: Holdout }
interface Page { readonly offset: number; readonly limit: number }

/** How a version does on a holdout. @throws PerennialError MODEL_VERSION_NOT_FOUND, STORE_UNAVAILABLE, DATASET_DAMAGED */
export async function evaluateVersion(deps: EvaluateDependencies, { projectId, number, holdout }: OnHoldout): Promise<z.input<typeof evaluationSchema>> {
  const [{ answers, notEmbedded, datasetVersion }, classes, { costs }] = await Promise.all([deps.answers(projectId, number, holdout), deps.classes(projectId), deps.policy(projectId)]);
  const nameOf = namer(classes);
  const report = reportOnHoldout(answers, classes, costs);
  return {
    version: number, holdout, datasetVersion, notEmbedded, images: report.images, accuracy: report.accuracy, macroF1: report.macroF1, meanCost: report.meanCost, calibrationError: report.calibrationError,
    bins: [...report.bins], cameras: [...report.cameras], matrix: [...report.matrix], classes: report.classes.map((each) => ({ ...each, name: nameOf(each.classId) })),
  };
}

/** The pictures behind a cell of the matrix, a class or a camera, the surest answers first. @throws as `evaluateVersion` */
export async function picturesBehind(deps: EvaluateDependencies, request: OnHoldout & Page & { truth?: number | undefined; answer?: number | undefined; camera?: string | undefined }): Promise<JudgedPictures> {
  const { projectId, number, holdout, truth, answer, camera } = request;
  const { answers } = await deps.answers(projectId, number, holdout);
  const wanted = answers.filter((each) => (truth === undefined || each.truth === truth) && (answer === undefined || each.answer === answer) && (camera === undefined || each.camera === camera));
  return show(deps, request, wanted.toSorted((a, b) => b.confidence - a.confidence));
}

/** Two versions on the same images of a holdout. @throws as `evaluateVersion` */
export async function compareOnHoldout(deps: EvaluateDependencies, { projectId, number, against, holdout }: OnHoldout & { against: number }): Promise<z.input<typeof comparisonSchema>> {
  const { images, leftOut, datasetVersion } = await paired(deps, { projectId, number, against, holdout });
  const classes = await deps.classes(projectId);
  const nameOf = namer(classes);
  const { overall, flips, classes: byClass, cameras } = compareVersions(images, classes);
  return { version: number, against, holdout, datasetVersion, leftOut, overall, flips: { ...flips }, classes: byClass.map((each) => ({ ...each, name: nameOf(each.classId) })), cameras: [...cameras] };
}

/** The pictures that flipped, the surest answers of the newer version first. @throws as `evaluateVersion` */
export async function flippedPictures(deps: EvaluateDependencies, request: OnHoldout & Page & { against: number; flip: FlipName; truth?: number | undefined }): Promise<JudgedPictures> {
  const { images } = await paired(deps, request);
  const wanted = images.filter((each) => flipOf(each) === request.flip && (request.truth === undefined || each.truth === request.truth));
  return show(deps, request, wanted.toSorted((a, b) => b.confidence - a.confidence));
}

async function paired(deps: EvaluateDependencies, { projectId, number, against, holdout }: OnHoldout & { against: number }) {
  const [newer, older] = await Promise.all([deps.answers(projectId, number, holdout), deps.answers(projectId, against, holdout)]);
  const images = pairUp(newer.answers, older.answers);
  return { images, leftOut: newer.answers.length + newer.notEmbedded - images.length, datasetVersion: newer.datasetVersion };
}

/** Pictures with a person in them stay away, from admins too: they have a page of their own. */
async function show(deps: EvaluateDependencies, { projectId, offset, limit }: Page & { projectId: string }, wanted: readonly (HoldoutAnswer & Partial<ComparedImage>)[]): Promise<JudgedPictures> {
  const page = wanted.slice(offset, offset + limit);
  const ids = page.map(({ imageId }) => imageId);
  const [facts, hidden, classes] = await Promise.all([deps.pictures.facts(projectId, ids), deps.hidden(ids), deps.classes(projectId)]);
  const nameOf = namer(classes);
  const seen = page.filter(({ imageId }) => !hidden.has(imageId));
  return {
    total: wanted.length, hidden: page.length - seen.length,
    items: seen.map(({ imageId, truth, answer, confidence, before, beforeConfidence }) => {
      const known = facts.get(imageId);
      return {
        imageId, images: viewsOf(deps.sign, projectId, imageId), camera: known?.camera ?? null, capturedAt: known?.capturedAt?.toISOString() ?? null, fileName: known?.fileName ?? null,
        truth: nameOf(truth), answer: nameOf(answer), confidence: Math.min(1, Math.max(0, confidence)),
        before: before === undefined || beforeConfidence === undefined ? null : { answer: nameOf(before), confidence: Math.min(1, beforeConfidence) },
      };
    }),
  };
}
