import type { PredictManyReply, PredictionReply } from '../../contracts/predictions.ts';
import { drawAudit, type FlagCandidate, flagsFor, reviewValue } from '../../domain/flagging.ts';
import { answersWantedBy } from '../../domain/policy.ts';
import type { Ids, Random } from '../../domain/ports.ts';
import type { ModelVersion } from '../../domain/ports-models.ts';
import type { Acceptance, AcceptanceRequest, PredictionRecords, ServedModel, ServedProject } from '../../domain/ports-predictions.ts';
import { type Arrived, capturedAtOf, objectKeyOf, type Read } from './arrived.ts';
import { type RunningBursts, runningBursts } from './running-bursts.ts';
import { classesOf, figuresOf, topOf } from './figures.ts';

export interface KeepArrivalsDependencies {
  readonly records: Pick<PredictionRecords, 'accept' | 'previousOf'>;
  readonly blocks: { write(objectKey: string, rows: readonly Float32Array[]): Promise<Uint8Array> };
  readonly ids: Ids;
  readonly random: Random;
  readonly sha256: (bytes: Uint8Array) => string;
  readonly preprocessingDigest: (backbone: ServedModel['backbone']) => string;
}

/** The answer to a sent image once it is stored: object first, then rows, then answer. */
export type AcceptReply = PredictManyReply & { readonly stored: readonly { imageId: string; sha256: string; created: boolean }[] };

/**
 * Stores what several requests brought: one block of embeddings, then all rows in one transaction, then a reply each. The
 * images are in the store before. All are stored or none: of several, whoever grouped them tries each alone.
 * @param group of the same project, policy version and backbone; at least one
 */
export async function keepArrivals(deps: KeepArrivalsDependencies, group: readonly Arrived[]): Promise<readonly AcceptReply[]> {
  const [first] = group;
  if (first === undefined) return [];
  const { project, backbone } = first;
  const read = group.flatMap((each) => each.outcomes.filter((outcome): outcome is Read => !('refused' in outcome)));
  const block = read.length === 0 ? null : await writeBlock(deps, project.id, backbone, read);
  const bursts = await runningBursts(deps, project, read);
  let row = 0;
  const requests = group.map((arrived): AcceptanceRequest => {
    const acceptances = arrived.outcomes.flatMap((each) => ('refused' in each ? [] : [acceptanceOf(deps, arrived, each, { blockId: block?.id ?? '', row: row++ }, bursts)]));
    return {
      sentBy: arrived.client, key: arrived.key, bodyHash: arrived.bodyHash, acceptances,
      refused: arrived.outcomes.flatMap((each) => ('refused' in each ? [{ id: deps.ids.next(), sha256: each.refused.sha256, fileName: each.refused.fileName, code: each.refused.code }] : [])),
      reply: (imageIds, receivedAt) => replyOf(arrived, acceptances, imageIds, receivedAt),
    };
  });
  const { nearDuplicateBits } = project.policy.flagging;
  return (await deps.records.accept({ projectId: project.id, block, nearDuplicateBits, requests })) as readonly AcceptReply[];
}

async function writeBlock(deps: KeepArrivalsDependencies, projectId: string, backbone: ServedModel['backbone'], accepted: readonly Read[]) {
  const id = deps.ids.next();
  const objectKey = `projects/${projectId}/embeddings/${id}.f16`;
  const bytes = await deps.blocks.write(objectKey, accepted.map((each) => each.embedding));
  return {
    id, objectKey, rows: accepted.length, dimensions: backbone.dimensions, sha256: deps.sha256(bytes),
    weightsDigest: backbone.weightsDigest, preprocessingDigest: deps.preprocessingDigest(backbone),
  };
}

function acceptanceOf(deps: KeepArrivalsDependencies, { project, model }: Arrived, each: Read, embedding: Acceptance['embedding'], bursts: RunningBursts): Acceptance {
  const { about, read, sha256 } = each;
  return {
    image: { id: deps.ids.next(), sha256, objectKey: objectKeyOf(project.id, sha256), byteSize: each.byteSize, mediaType: read.mediaType, width: read.width, height: read.height, statistics: read.statistics },
    arrival: { id: deps.ids.next(), camera: about.camera ?? null, capturedAt: capturedAtOf(each, project), burstKey: bursts.keyOf(each), fileName: about.fileName ?? null, exifTime: read.exif.time },
    embedding,
    prediction: predictionOf(deps, project, model, each),
  };
}

function predictionOf(deps: KeepArrivalsDependencies, project: ServedProject, model: ServedModel | null, each: Read): Acceptance['prediction'] {
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
      id: deps.ids.next(), purpose, blind: audit || deps.random() < policy.review.blindShare, value: reviewValue(candidate, policy), answersWanted: answersWantedBy(policy.review, deps.random),
    },
  };
}

function replyOf({ project, model, outcomes }: Arrived, acceptances: readonly Acceptance[], imageIds: ReadonlyMap<string, string>, receivedAt: Date): AcceptReply {
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
