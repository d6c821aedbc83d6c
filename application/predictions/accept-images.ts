import type { Elsewhere } from '../../contracts/predictions.ts';
import { probabilitiesOf } from '../../domain/raw-scores.ts';
import { isPerennialError, PerennialError } from '../../domain/errors.ts';
import type { Clock, ImageReader, ObjectStore } from '../../domain/ports.ts';
import type { ModelVersion } from '../../domain/ports-models.ts';
import type { ModelPool, PredictionRecords, ServedModel, ServedProject } from '../../domain/ports-predictions.ts';
import type { Contest } from '../../domain/ports-shadow.ts';
import { type About, type Arrived, capturedAtOf, objectKeyOf, type Read, type Refused } from './arrived.ts';
import { askBoth, type AskBothDependencies } from './ask-both.ts';
import { figuresOfProbabilities } from './figures.ts';
import type { AcceptReply } from './keep-arrivals.ts';

export interface AcceptImagesDependencies extends Omit<AskBothDependencies, 'pool' | 'images'> {
  readonly pool: ModelPool;
  readonly records: Pick<PredictionRecords, 'replyTo'>;
  readonly images: ImageReader;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly sha256: (bytes: Uint8Array) => string;
  /** The model version that stands for a producer outside; made at its first prediction. */
  readonly elsewhereVersion: (projectId: string, producer: { producer: string; version: string }) => Promise<ModelVersion>;
  /** Stores a request's rows, with those of others that wait at the same time, and answers it. @see keepArrivals */
  readonly keep: (arrived: Arrived) => Promise<AcceptReply>;
}

export interface AcceptImagesRequest {
  readonly projectSlug: string;
  readonly sentBy: string;
  readonly key: string;
  readonly images: readonly { readonly bytes: Uint8Array; readonly about: About }[];
  /** Without it the images are stored and embedded, not predicted: a labelled start. */
  readonly predict: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Takes images in: each is decoded, embedded with others that arrive at the same time, answered by the champion, flagged
 * and stored. A refused image does not stop the others. The same key again gives the same reply.
 * @throws PerennialError IDEMPOTENCY_KEY_REUSED, PROJECT_NOT_FOUND, PROJECT_HAS_NO_MODEL, SERVING_OVERLOADED, STORE_UNAVAILABLE
 */
export async function acceptImages(deps: AcceptImagesDependencies, request: AcceptImagesRequest): Promise<AcceptReply> {
  const project = await deps.pool.project(request.projectSlug);
  const hashes = request.images.map(({ bytes }) => deps.sha256(bytes));
  const client = `${project.id}/${request.sentBy}`;
  const bodyHash = deps.sha256(new TextEncoder().encode(JSON.stringify([request.predict, hashes, request.images.map(({ about }) => about)])));
  const known = await deps.records.replyTo(client, request.key, bodyHash);
  if (known !== null) return known as AcceptReply;
  const model = request.predict && request.images.some(({ about }) => about.elsewhere === undefined) ? await deps.pool.champion(project.id) : null;
  const backbone = model?.backbone ?? (await deps.pool.backboneFor(project.id));
  const contest = model === null ? null : deps.pool.contest(project.id, model);
  const outcomes = await Promise.all(request.images.map((image, at) => readOne(deps, { project, backbone, contest }, image, hashes[at] as string, request.signal)));
  return deps.keep({ project, model, backbone, client, key: request.key, bodyHash, outcomes });
}

interface Asked { readonly project: ServedProject; readonly backbone: ServedModel['backbone']; readonly contest: Contest | null }

/** The object is stored before there is a row of it. */
async function readOne(deps: AcceptImagesDependencies, { project, backbone, contest }: Asked, { bytes, about }: AcceptImagesRequest['images'][number], sha256: string, signal?: AbortSignal): Promise<Read | Refused> {
  try {
    const { input, ...read } = await deps.images.read(bytes, backbone.preprocessing);
    const elsewhere = about.elsewhere === undefined ? null : await elsewhereOf(deps, project, about.elsewhere);
    const day = (capturedAtOf({ about, read }, project) ?? deps.clock.now()).toISOString().slice(0, 10);
    const { embedding, contested } = await askBoth(deps, backbone, elsewhere === null ? contest : null, { bytes, input, camera: about.camera ?? sha256, day, signal });
    await deps.store.put(objectKeyOf(project.id, sha256), bytes, read.mediaType);
    return { about, sha256, byteSize: bytes.byteLength, read, embedding, elsewhere, contested };
  } catch (error) {
    // A poisoned image never fails those beside it; what is not about the image is everybody's.
    if (!isPerennialError(error) || !(error.code.startsWith('IMAGE_') || error.code === 'CLASS_UNKNOWN')) throw error;
    return { refused: { code: error.code, detail: error.message, fileName: about.fileName ?? null, sha256 } };
  }
}

/** A producer's raw scores as figures; a class that it does not name has the probability 0. */
async function elsewhereOf(deps: AcceptImagesDependencies, project: ServedProject, { producer, version, scores }: Elsewhere): Promise<NonNullable<Read['elsewhere']>> {
  const unknown = Object.keys(scores).find((name) => !project.classes.some((each) => each.name === name));
  if (unknown !== undefined) throw new PerennialError('CLASS_UNKNOWN', `The project has no class named ${unknown}.`, { name: unknown });
  const probabilities = probabilitiesOf(project.classes.map(({ name }) => scores[name] ?? null));
  const figures = figuresOfProbabilities(project.classes.map(({ classId }) => classId), probabilities, project.policy.costs);
  const top = project.classes.find(({ classId }) => classId === figures.topClassId)?.name ?? '';
  return { version: await deps.elsewhereVersion(project.id, { producer, version }), figures: { ...figures, rawScore: scores[top] ?? 0, novelty: null } };
}
