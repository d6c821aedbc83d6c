import { PerennialError } from '../../domain/errors.ts';
import { expectedCost, flagsFor } from '../../domain/flagging.ts';
import { createHindsight, type Hindsight, type HindsightAnswer } from '../../domain/hindsight.ts';
import type { BindHead } from '../../domain/head-products.ts';
import type { Policy } from '../../domain/policy.ts';
import type { ObjectStore } from '../../domain/ports.ts';
import type { StoredAnswer, StoredAnswers, StoredEmbeddingPlace } from '../../domain/ports-hindsight.ts';
import type { ModelFiles, ModelRecords } from '../../domain/ports-models.ts';
import { figuresOfProbabilities } from '../predictions/figures.ts';

export interface HindsightDependencies {
  readonly records: Pick<ModelRecords, 'versionByNumber' | 'champion'>;
  readonly stored: StoredAnswers;
  readonly store: Pick<ObjectStore, 'get'>;
  readonly files: Pick<ModelFiles, 'decodeHead'>;
  /** Writes the embeddings at the places one after another. */
  readonly readInto: (places: readonly StoredEmbeddingPlace[], into: Float32Array) => Promise<void>;
  readonly bindHead: BindHead;
  readonly policy: (projectId: string) => Promise<Policy>;
}

export interface HindsightRequest {
  readonly projectId: string;
  /** Null asks the champion: then only the policy differs from what happened. */
  readonly number: number | null;
  /** What differs from the project's policy of today. */
  readonly flagging: Partial<Policy['flagging']>;
  readonly imagesMax: number;
}

export type HindsightReply = Hindsight & {
  readonly version: number;
  /** Images that have no embedding of the version's backbone, and are left out. */
  readonly notEmbedded: number;
};

/**
 * Puts a model version, or changed thresholds, to images that came already: no image is decoded, for what a head needs of
 * them is stored. Bursts are not collapsed on either side, so flags count images, not what a round would ask.
 * @throws PerennialError MODEL_VERSION_NOT_FOUND; STORE_UNAVAILABLE
 */
export async function hindsight(deps: HindsightDependencies, request: HindsightRequest): Promise<HindsightReply> {
  const { projectId, number } = request;
  const version = number === null ? await deps.records.champion(projectId) : await deps.records.versionByNumber(projectId, number);
  if (version === null || version.headKey === null || version.backboneDigest === null) throw new PerennialError('MODEL_VERSION_NOT_FOUND', 'There is no such model version with a head.', { number });
  const head = deps.files.decodeHead(await deps.store.get(version.headKey));
  const today = await deps.policy(projectId);
  const policy: Policy = { ...today, flagging: { ...today.flagging, ...request.flagging } };
  // Novelty costs as much as the answer itself, and most policies do not ask for it.
  const bound = await deps.bindHead(head, policy.flagging.noveltyMax !== null);
  const counting = createHindsight();
  let notEmbedded = 0;
  let matrix = new Float32Array();
  try {
    for await (const page of deps.stored.pages(projectId, { weightsDigest: version.backboneDigest, preprocessingDigest: version.preprocessingDigest ?? '' }, request.imagesMax)) {
      const known = page.flatMap((answer) => (answer.embedding === null ? [] : [{ answer, place: answer.embedding }]));
      notEmbedded += page.length - known.length;
      if (known.length === 0) continue;
      const values = known.length * head.dimensions;
      // One page's memory serves the next.
      if (matrix.length < values) matrix = new Float32Array(values);
      const rows = matrix.subarray(0, values);
      await deps.readInto(known.map(({ place }) => place), rows);
      const { probabilities, novelty } = await bound.answers(rows, known.length);
      const classes = head.classIds.length;
      known.forEach(({ answer }, at) => {
        const own = { probabilities: [...probabilities.subarray(at * classes, (at + 1) * classes)], novelty: novelty?.[at] ?? null };
        counting.add({ ...answer, was: answeredThen(answer, policy), wouldBe: answeredNow(answer, head.classIds, own, policy) });
      });
    }
  } finally {
    await bound.release();
  }
  return { ...counting.result(), version: version.number, notEmbedded };
}

function answeredThen({ classId, classIds, probabilities, flagged }: StoredAnswer, { costs }: Policy): HindsightAnswer {
  return { classId, flagged, expectedCost: expectedCost(costs, new Map(classIds.map((id, at) => [id, probabilities[at] ?? 0])), classId) };
}

function answeredNow({ sharpness }: StoredAnswer, classIds: readonly number[], own: { probabilities: readonly number[]; novelty: number | null }, policy: Policy): HindsightAnswer {
  const figures = figuresOfProbabilities(classIds, own.probabilities, policy.costs);
  const probabilities = new Map(classIds.map((id, at) => [id, figures.probabilities[at] as number]));
  return {
    classId: figures.topClassId, expectedCost: expectedCost(policy.costs, probabilities, figures.topClassId),
    flagged: flagsFor({ ...figures, novelty: own.novelty, sharpness, probabilities }, policy, false).length > 0,
  };
}
