import { PerennialError } from '../../domain/errors.ts';
import { answerOf } from '../../domain/head.ts';
import type { HoldoutAnswer } from '../../domain/holdout-report.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Head, ObjectStore } from '../../domain/ports.ts';
import type { DatasetVersions, EmbeddingReader, ModelFiles, ModelRecords, ModelVersion } from '../../domain/ports-models.ts';
import type { PictureReader } from '../../domain/ports-pictures.ts';
import { servedClass } from '../../domain/served-answer.ts';

export type Holdout = 'audit' | 'reference';

export interface HoldoutAnswersDependencies {
  readonly records: Pick<ModelRecords, 'versionByNumber'>;
  readonly datasets: Pick<DatasetVersions, 'latest' | 'rows' | 'holdout'>;
  readonly embeddings: EmbeddingReader;
  readonly pictures: PictureReader;
  readonly files: Pick<ModelFiles, 'decodeHead'>;
  readonly store: Pick<ObjectStore, 'get'>;
  readonly policy: (projectId: string) => Promise<Policy>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

export interface AnswersOnHoldout {
  /** Newest image first. */
  readonly answers: readonly HoldoutAnswer[];
  /** Images of the holdout that have no embedding of the version's backbone. */
  readonly notEmbedded: number;
  /** Whose labels are the truth; null where nothing is frozen yet. */
  readonly datasetVersion: number | null;
  readonly version: ModelVersion;
}

/** Images whose embeddings are in memory at once. */
const imagesAtOnce = 1_000;
/** Some 20 ms of arithmetic. */
const imagesAtATurn = 100;
/** A page asks for the report and then for the pictures behind it: these come from the same answers. */
const keptMs = 60_000;
const keptMax = 16;

/**
 * What a version answers on a holdout, by stored embeddings: no image is decoded. The truth is the newest dataset version's,
 * so that two versions are always judged by the same labels; the answer is what serving would act on under the policy's costs.
 */
export function createHoldoutAnswers(deps: HoldoutAnswersDependencies) {
  const kept = new Map<string, { readonly until: number; readonly made: Promise<AnswersOnHoldout> }>();
  /** @throws PerennialError MODEL_VERSION_NOT_FOUND where there is no such version, or none with a head */
  return async (projectId: string, number: number, holdout: Holdout): Promise<AnswersOnHoldout> => {
    const key = `${projectId}/${number}/${holdout}`;
    const now = deps.now();
    const found = kept.get(key);
    if (found !== undefined && found.until > now) return found.made;
    kept.delete(key);
    const made = answer(deps, projectId, number, holdout);
    kept.set(key, { until: now + keptMs, made });
    made.catch(() => { if (kept.get(key)?.made === made) kept.delete(key); });
    const [oldest] = kept.keys();
    if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
    return made;
  };
}
export type HoldoutAnswers = ReturnType<typeof createHoldoutAnswers>;

async function answer(deps: HoldoutAnswersDependencies, projectId: string, number: number, holdout: Holdout): Promise<AnswersOnHoldout> {
  const version = await deps.records.versionByNumber(projectId, number);
  if (version === null || version.headKey === null) throw new PerennialError('MODEL_VERSION_NOT_FOUND', version === null ? undefined : 'The model version has no head of its own, so it cannot be evaluated here.', { number });
  const dataset = await deps.datasets.latest(projectId);
  if (dataset === null) return { answers: [], notEmbedded: 0, datasetVersion: null, version };
  const [head, members, truths, { costs }] = await Promise.all([
    deps.store.get(version.headKey).then(deps.files.decodeHead), deps.datasets.holdout(projectId, holdout), truthsOf(deps, projectId, dataset.id), deps.policy(projectId),
  ]);
  const judged = members.flatMap(({ imageId, group }) => { const truth = truths.get(imageId); return truth === undefined ? [] : [{ imageId, group, truth }]; });
  const answers: HoldoutAnswer[] = [];
  for (let from = 0; from < judged.length; from += imagesAtOnce) {
    const some = judged.slice(from, from + imagesAtOnce);
    const ids = some.map(({ imageId }) => imageId);
    const [embeddings, facts] = await Promise.all([deps.embeddings.load(projectId, ids, version.backboneDigest ?? '', version.preprocessingDigest ?? ''), deps.pictures.facts(projectId, ids)]);
    for (const [at, each] of some.entries()) {
      const embedding = embeddings.get(each.imageId);
      if (embedding !== undefined) answers.push({ ...each, ...served(head, embedding, costs), camera: facts.get(each.imageId)?.camera ?? null });
      // Others are served in between.
      if (at % imagesAtATurn === 0) await new Promise((resolve) => { setImmediate(resolve); });
    }
  }
  return { answers, notEmbedded: judged.length - answers.length, datasetVersion: dataset.number, version };
}

function served(head: Head, embedding: Float32Array, costs: Policy['costs']): { answer: number; confidence: number } {
  const { probabilities } = answerOf(head, embedding);
  const classId = servedClass(head.classIds, probabilities, costs);
  return { answer: classId, confidence: probabilities[head.classIds.indexOf(classId)] as number };
}

async function truthsOf({ datasets }: Pick<HoldoutAnswersDependencies, 'datasets'>, projectId: string, versionId: string): Promise<Map<string, number>> {
  return new Map((await datasets.rows(projectId, versionId)).map(({ imageId, classId }) => [imageId, classId]));
}
