import type { PredictManyReply, PredictionReply } from '../../contracts/predictions.ts';
import { drawAudit, type FlagCandidate, flagsFor, reviewValue } from '../../domain/flagging.ts';
import { answersWantedBy } from '../../domain/policy.ts';
import type { Ids, Random } from '../../domain/ports.ts';
import type { ShadowNotes } from '../../domain/ports-shadow.ts';
import type { Acceptance, AcceptanceRequest, PredictionRecords, ServedModel, ServedProject } from '../../domain/ports-predictions.ts';
import { type Arrived, capturedAtOf, objectKeyOf, type Read } from './arrived.ts';
import { type RunningBursts, runningBursts } from './running-bursts.ts';
import { type Answered, answerTo } from './contest-answers.ts';
import { classesOf, topOf } from './figures.ts';

export interface KeepArrivalsDependencies {
  readonly records: Pick<PredictionRecords, 'accept' | 'previousOf'>;
  readonly blocks: { write(objectKey: string, rows: readonly Float32Array[]): Promise<Uint8Array> };
  readonly ids: Ids;
  readonly random: Random;
  readonly shadow: ShadowNotes;
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
  const after: (() => void)[] = [];
  const requests = group.map((arrived): AcceptanceRequest => {
    const taken = arrived.outcomes.flatMap((each): Taken[] => {
      if ('refused' in each) return [];
      const answered = answerTo(deps, project, arrived.model, each);
      const acceptance = acceptanceOf(deps, arrived, each, answered, { blockId: block?.id ?? '', row: row++ }, bursts);
      after.push(() => { if (acceptance.prediction !== null) answered?.after(acceptance.prediction.id); });
      return [{ acceptance, answered }];
    });
    const acceptances = taken.map(({ acceptance }) => acceptance);
    return {
      sentBy: arrived.client, key: arrived.key, bodyHash: arrived.bodyHash, acceptances,
      refused: arrived.outcomes.flatMap((each) => ('refused' in each ? [{ id: deps.ids.next(), sha256: each.refused.sha256, fileName: each.refused.fileName, code: each.refused.code }] : [])),
      reply: (imageIds, receivedAt) => replyOf(arrived, taken, imageIds, receivedAt),
    };
  });
  const { nearDuplicateBits } = project.policy.flagging;
  const replies = (await deps.records.accept({ projectId: project.id, block, nearDuplicateBits, requests })) as readonly AcceptReply[];
  // Only what was stored is compared: a group that failed comes again, each by itself.
  for (const note of after) note();
  return replies;
}

interface Taken { readonly acceptance: Acceptance; readonly answered: Answered | null }

async function writeBlock(deps: KeepArrivalsDependencies, projectId: string, backbone: ServedModel['backbone'], accepted: readonly Read[]) {
  const id = deps.ids.next();
  const objectKey = `projects/${projectId}/embeddings/${id}.f16`;
  const bytes = await deps.blocks.write(objectKey, accepted.map((each) => each.embedding));
  return {
    id, objectKey, rows: accepted.length, dimensions: backbone.dimensions, sha256: deps.sha256(bytes),
    weightsDigest: backbone.weightsDigest, preprocessingDigest: deps.preprocessingDigest(backbone),
  };
}

function acceptanceOf(deps: KeepArrivalsDependencies, { project }: Arrived, each: Read, answered: Answered | null, embedding: Acceptance['embedding'], bursts: RunningBursts): Acceptance {
  const { about, read, sha256 } = each;
  return {
    image: { id: deps.ids.next(), sha256, objectKey: objectKeyOf(project.id, sha256), byteSize: each.byteSize, mediaType: read.mediaType, width: read.width, height: read.height, statistics: read.statistics },
    arrival: { id: deps.ids.next(), camera: about.camera ?? null, capturedAt: capturedAtOf(each, project), burstKey: bursts.keyOf(each), fileName: about.fileName ?? null, exifTime: read.exif.time },
    embedding,
    prediction: answered === null ? null : predictionOf(deps, project, answered, each),
  };
}

function predictionOf(deps: KeepArrivalsDependencies, project: ServedProject, { version, classIds, figures, purpose: by }: Answered, each: Read): Acceptance['prediction'] {
  const { policy } = project;
  // Drawn first: an audit image is blind whatever else it is flagged for. What others answered says nothing of our accuracy.
  const audit = each.elsewhere === null && drawAudit(deps.random, policy.audit.share);
  const candidate: FlagCandidate = { ...figures, sharpness: each.read.statistics.sharpness, probabilities: new Map(classIds.map((id, at) => [id, figures.probabilities[at] as number])) };
  const flags = flagsFor(candidate, policy, audit);
  const purpose = audit ? 'audit' as const : 'flagged' as const;
  return {
    id: deps.ids.next(), modelVersionId: version.id, policyVersionId: project.policyVersionId, ...figures, purpose: by,
    audit, auditShare: each.elsewhere === null ? policy.audit.share : 0, flags,
    item: flags.length === 0 ? null : {
      id: deps.ids.next(), purpose, blind: audit || deps.random() < policy.review.blindShare, value: reviewValue(candidate, policy), answersWanted: answersWantedBy(policy.review, deps.random),
    },
  };
}

function replyOf({ project, outcomes }: Arrived, taken: readonly Taken[], imageIds: ReadonlyMap<string, string>, receivedAt: Date): AcceptReply {
  const stored = taken.map(({ acceptance: { image } }) => ({ imageId: imageIds.get(image.sha256) as string, sha256: image.sha256, created: imageIds.get(image.sha256) === image.id }));
  let at = 0;
  const results = outcomes.flatMap((each): PredictManyReply['results'] => {
    if ('refused' in each) return [{ outcome: 'refused', code: each.refused.code, detail: each.refused.detail, fileName: each.refused.fileName }];
    const { acceptance, answered } = taken[at++] as Taken;
    if (answered === null || acceptance.prediction === null) return [];
    return [{ outcome: 'predicted', prediction: tellPrediction(project, answered, acceptance, imageIds.get(each.sha256) as string, receivedAt) }];
  });
  return { results, stored };
}

function tellPrediction(project: ServedProject, by: Pick<Answered, 'version' | 'classIds'>, { image, arrival, prediction }: Acceptance, imageId: string, receivedAt: Date): PredictionReply {
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
