import type { AboutImage, Elsewhere, PredictManyReply, PredictionReply } from '../../contracts/predictions.ts';
import { probabilitiesOf } from '../../domain/raw-scores.ts';
import { isPerennialError, PerennialError } from '../../domain/errors.ts';
import { burstKeyOf, chooseAnswer, drawAudit, type FlagCandidate, flagsFor, reviewValue } from '../../domain/flagging.ts';
import { answerOf, noveltyOf } from '../../domain/head.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Ids, ImageReader, ObjectStore, Random, ReadImage } from '../../domain/ports.ts';
import type { ModelVersion } from '../../domain/ports-models.ts';
import type { Acceptance, ModelPool, PredictionRecords, ServedModel, ServedProject } from '../../domain/ports-predictions.ts';
import { instantOf } from '../../domain/time-of-image.ts';

export interface AcceptImagesDependencies {
  readonly pool: ModelPool;
  readonly records: PredictionRecords;
  readonly images: ImageReader;
  readonly store: ObjectStore;
  readonly blocks: { write(objectKey: string, rows: readonly Float32Array[]): Promise<Uint8Array> };
  readonly ids: Ids;
  readonly random: Random;
  readonly sha256: (bytes: Uint8Array) => string;
  readonly preprocessingDigest: (backbone: ServedModel['backbone']) => string;
  /** The model version that stands for a producer outside; made at its first prediction. */
  readonly elsewhereVersion: (projectId: string, producer: { producer: string; version: string }) => Promise<ModelVersion>;
}

export interface AcceptImagesRequest {
  readonly projectSlug: string;
  readonly sentBy: string;
  readonly key: string;
  readonly images: readonly { readonly bytes: Uint8Array; readonly about: AboutImage & { readonly elsewhere?: Elsewhere | undefined } }[];
  /** Without it the images are stored and embedded, not predicted: a labelled start. */
  readonly predict: boolean;
  readonly signal?: AbortSignal;
}

interface Read {
  readonly bytes: Uint8Array;
  readonly about: AcceptImagesRequest['images'][number]['about'];
  readonly sha256: string;
  readonly read: ReadImage;
  readonly embedding: Float32Array;
  /** What a producer outside answered, by version; null where our champion answers. */
  readonly elsewhere: { readonly version: ModelVersion; readonly figures: Figures } | null;
}
type Refused = { readonly refused: { code: string; detail: string; fileName: string | null; sha256: string } };

/** The answer to a sent image once it is stored: object first, then rows, then answer. */
export type AcceptReply = PredictManyReply & { readonly stored: readonly { imageId: string; sha256: string; created: boolean }[] };

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
  const outcomes = await Promise.all(request.images.map((image, at) => readOne(deps, project, backbone, image, hashes[at] as string, request.signal)));
  const accepted = outcomes.filter((each): each is Read => !('refused' in each));
  await Promise.all(accepted.map(({ sha256, bytes, read }) => deps.store.put(objectKeyOf(project.id, sha256), bytes, read.mediaType)));
  const block = accepted.length === 0 ? null : await writeBlock(deps, project.id, backbone, accepted);
  const acceptances: Acceptance[] = [];
  for (const each of accepted) acceptances.push(await acceptanceOf(deps, project, model, each, { blockId: block?.id ?? '', row: acceptances.length }, acceptances));
  return (await deps.records.accept({
    projectId: project.id, sentBy: client, key: request.key, bodyHash, block, acceptances,
    refused: outcomes.flatMap((each) => ('refused' in each ? [{ id: deps.ids.next(), sha256: each.refused.sha256, fileName: each.refused.fileName, code: each.refused.code }] : [])),
    nearDuplicateBits: project.policy.flagging.nearDuplicateBits,
    reply: (imageIds, receivedAt) => replyOf(project, model, outcomes, acceptances, imageIds, receivedAt),
  })) as AcceptReply;
}

const objectKeyOf = (projectId: string, sha256: string): string => `projects/${projectId}/images/${sha256}`;

async function readOne(deps: AcceptImagesDependencies, project: ServedProject, backbone: ServedModel['backbone'], { bytes, about }: AcceptImagesRequest['images'][number], sha256: string, signal?: AbortSignal): Promise<Read | Refused> {
  try {
    const { input, ...read } = await deps.images.read(bytes, backbone.preprocessing);
    const { embedding } = await deps.pool.embed(backbone, input, signal);
    return { bytes, about, sha256, read, embedding, elsewhere: about.elsewhere === undefined ? null : await elsewhereOf(deps, project, about.elsewhere) };
  } catch (error) {
    // A poisoned image never fails those beside it; what is not about the image is everybody's.
    if (!isPerennialError(error) || !(error.code.startsWith('IMAGE_') || error.code === 'CLASS_UNKNOWN')) throw error;
    return { refused: { code: error.code, detail: error.message, fileName: about.fileName ?? null, sha256 } };
  }
}

async function writeBlock(deps: AcceptImagesDependencies, projectId: string, backbone: ServedModel['backbone'], accepted: readonly Read[]) {
  const id = deps.ids.next();
  const objectKey = `projects/${projectId}/embeddings/${id}.f16`;
  const bytes = await deps.blocks.write(objectKey, accepted.map((each) => each.embedding));
  return {
    id, objectKey, rows: accepted.length, dimensions: backbone.dimensions, sha256: deps.sha256(bytes),
    weightsDigest: backbone.weightsDigest, preprocessingDigest: deps.preprocessingDigest(backbone),
  };
}

async function acceptanceOf(
  deps: AcceptImagesDependencies, project: ServedProject, model: ServedModel | null, each: Read, embedding: Acceptance['embedding'], before: readonly Acceptance[],
): Promise<Acceptance> {
  const { about, read, sha256 } = each;
  const capturedAt = about.capturedAt === undefined ? instantOf(read.exif, project.timeZone) : new Date(about.capturedAt);
  const camera = about.camera ?? null;
  const burst = about.burst ?? null;
  const { burstSeconds } = project.policy.flagging;
  const inRequest = before.findLast(({ arrival }) => arrival.camera === camera && arrival.burstKey !== null && arrival.capturedAt !== null);
  const previous = camera === null || capturedAt === null || burst !== null || burstSeconds === 0 ? null
    : inRequest?.arrival.burstKey != null && inRequest.arrival.capturedAt !== null ? { burstKey: inRequest.arrival.burstKey, capturedAt: inRequest.arrival.capturedAt }
      : await deps.records.previousOf(project.id, camera, capturedAt, burstSeconds);
  return {
    image: { id: deps.ids.next(), sha256, objectKey: objectKeyOf(project.id, sha256), byteSize: each.bytes.byteLength, mediaType: read.mediaType, width: read.width, height: read.height, statistics: read.statistics },
    arrival: { id: deps.ids.next(), camera, capturedAt, burstKey: burstKeyOf({ camera, burst, capturedAt }, previous, burstSeconds), fileName: about.fileName ?? null, exifTime: read.exif.time },
    embedding,
    prediction: predictionOf(deps, project, model, each),
  };
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

function predictionOf(deps: AcceptImagesDependencies, project: ServedProject, model: ServedModel | null, each: Read): Acceptance['prediction'] {
  const { policy } = project;
  const answered = each.elsewhere ?? (model === null ? null : { version: model.version, figures: figuresOf(model, each.embedding, policy.costs) });
  if (answered === null) return null;
  // Drawn first: an audit image is blind whatever else it is flagged for. What others answered says nothing of our accuracy.
  const audit = each.elsewhere === null && drawAudit(deps.random, policy.audit.share);
  const classIds = each.elsewhere === null && model !== null ? model.head.classIds : project.classes.map(({ classId }) => classId);
  const { figures } = answered;
  const candidate: FlagCandidate = { ...figures, sharpness: each.read.statistics.sharpness, probabilities: new Map(classIds.map((id, at) => [id, figures.probabilities[at] as number])) };
  const flags = flagsFor(candidate, policy, audit);
  const purpose = audit ? 'audit' as const : 'flagged' as const;
  return {
    id: deps.ids.next(), modelVersionId: answered.version.id, policyVersionId: project.policyVersionId, ...figures, purpose: each.elsewhere === null ? 'champion' : 'elsewhere',
    audit, auditShare: each.elsewhere === null ? policy.audit.share : 0, flags,
    item: flags.length === 0 ? null : {
      id: deps.ids.next(), purpose, blind: audit || deps.random() < policy.review.blindShare, value: reviewValue(candidate, policy), answersWanted: policy.review.overlap,
    },
  };
}

interface Figures {
  readonly probabilities: readonly number[];
  readonly topClassId: number;
  readonly confidence: number;
  readonly rawScore: number;
  readonly margin: number;
  readonly novelty: number | null;
}

/** What a model says of an embedding, in the figures that are stored. */
export function figuresOf({ head }: Pick<ServedModel, 'head'>, embedding: Float32Array, costs: Policy['costs']): Figures {
  const figures = figuresOfProbabilities(head.classIds, [...answerOf(head, embedding).probabilities], costs);
  const raw = answerOf({ ...head, temperature: 1 }, embedding).probabilities[head.classIds.indexOf(figures.topClassId)] ?? 0;
  return { ...figures, rawScore: Math.min(1, raw), novelty: noveltyOf(head, embedding) };
}

/** @param probabilities in the order of `classIds` */
function figuresOfProbabilities(classIds: readonly number[], probabilities: readonly number[], costs: Policy['costs']) {
  // What a project acts on is the answer that costs least, not always the most probable one.
  const topClassId = chooseAnswer(costs, new Map(classIds.map((id, at) => [id, probabilities[at] as number])));
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

function replyOf(
  project: ServedProject, model: ServedModel | null, outcomes: readonly (Read | Refused)[], acceptances: readonly Acceptance[], imageIds: ReadonlyMap<string, string>, receivedAt: Date,
): AcceptReply {
  const stored = acceptances.map(({ image }) => ({ imageId: imageIds.get(image.sha256) as string, sha256: image.sha256, created: imageIds.get(image.sha256) === image.id }));
  let at = 0;
  const results = outcomes.flatMap((each): PredictManyReply['results'] => {
    if ('refused' in each) return [{ outcome: 'refused', code: each.refused.code, detail: each.refused.detail, fileName: each.refused.fileName }];
    const acceptance = acceptances[at++] as Acceptance;
    const version = each.elsewhere?.version ?? model?.version;
    if (version === undefined || acceptance.prediction === null) return [];
    const classIds = each.elsewhere === null && model !== null ? model.head.classIds : project.classes.map(({ classId }) => classId);
    return [{ outcome: 'predicted', prediction: tellPrediction(project, { version, classIds }, acceptance, imageIds.get(each.sha256) as string, receivedAt) }];
  });
  return { results, stored };
}

function tellPrediction(project: ServedProject, by: { version: ModelVersion; classIds: readonly number[] }, { image, arrival, prediction }: Acceptance, imageId: string, receivedAt: Date): PredictionReply {
  if (prediction === null) throw new Error('an acceptance without a prediction is not told');
  const classes = classesOf(project, by.classIds, prediction.probabilities);
  const { id, number, kind } = by.version;
  return {
    id: prediction.id, imageId, arrivalId: arrival.id, sha256: image.sha256, modelVersion: { id, number, kind }, classes,
    top: topOf(classes, prediction.topClassId), confidence: prediction.confidence, margin: prediction.margin, novelty: prediction.novelty,
    // Who posts must not know what is measured.
    flags: prediction.flags.filter((flag) => flag.reason !== 'audit').map((flag) => ({ ...flag })),
    camera: arrival.camera, capturedAt: arrival.capturedAt?.toISOString() ?? null, createdAt: receivedAt.toISOString(),
  };
}
