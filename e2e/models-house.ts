import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { createEmbeddingBlocks } from '../adapters/embeddings/embedding-store.ts';
import { createAlertRepository } from '../adapters/postgres/alert-repository.ts';
import { createChallengeRepository } from '../adapters/postgres/challenge-repository.ts';
import { createDatasetRepository } from '../adapters/postgres/dataset-repository.ts';
import { createDrillRepository } from '../adapters/postgres/drill-repository.ts';
import { createModelRepository } from '../adapters/postgres/model-repository.ts';
import { createProjectRepository } from '../adapters/postgres/project-repository.ts';
import { createReviewRepository } from '../adapters/postgres/review-repository.ts';
import { freezeDataset, type FreezeDependencies } from '../application/datasets/freeze-dataset.ts';
import { readManifest } from '../application/datasets/read-manifest.ts';
import { judgeChallenger } from '../application/models/judge-challenger.ts';
import { decodeHead, encodeHead } from '../domain/head-file.ts';
import { answerOf } from '../domain/head.ts';
import { defaultPolicy, type Policy } from '../domain/policy.ts';
import type { Head } from '../domain/ports.ts';
import { createRandom } from '../statistics/random.ts';
import { classNames, type ReviewHouse } from './review-house.ts';

const dimensions = 12;
const cameraSites = [['Beech hollow', 43.3412, -4.8521], ['North ridge', 43.3498, -4.8467], ['Mill stream', 43.3377, -4.8398], ['Old quarry', 43.3449, -4.8312]] as const;
const dayMs = 86_400_000;

/**
 * A project that has lived for eight weeks, as the real parts would have written it: images of four cameras, embeddings, two
 * frozen dataset versions, three model versions, what the gate said of them, promotions. Only training and inference are left out.
 */
export async function seedModels(house: ReviewHouse, slug: string, cacheDir: string, images = 320): Promise<{ challengeId: string; projectId: string; imageIds: readonly string[]; predictionIds: readonly string[] }> {
  const { database, store } = house;
  const random = createRandom(7);
  const policy: Policy = { ...defaultPolicy, gate: { ...defaultPolicy.gate, evidenceMin: 20, overallMargin: 0.03 }, flagging: { ...defaultPolicy.flagging, noveltyMax: 0.9 } };
  const projectId = await createProjectRepository(database).create({ slug, name: slug, timeZone: 'Europe/Madrid', classes: classNames, policy, createdBy: 'seed', ownerId: null });
  const [classSet, policyVersion] = await Promise.all([database.classSet.findFirstOrThrow({ where: { projectId } }), database.policyVersion.findFirstOrThrow({ where: { projectId } })]);
  const cameras = cameraSites.map(([name, latitude, longitude]) => ({ id: uuidv7(), projectId, name, site: name, latitude, longitude }));
  await database.camera.createMany({ data: cameras });

  const heads = [headOf(random, 1.1), headOf(random, 0.55), headOf(random, 0.8)];
  const versions = heads.map((_head, at) => ({
    id: uuidv7(), projectId, number: at + 1, kind: at === 0 ? 'cold_start' : 'light', key: `version ${at + 1}`, classSetId: classSet.id, runId: uuidv7(), headKey: `projects/${projectId}/heads/${at + 1}`, backboneDigest: 'w', preprocessingDigest: 'p',
    artifactBytes: 13_412_096, artifactSha256: sha256(Buffer.from(String(at))), dimensions, mlflowVersion: String(at + 1), createdAt: new Date(Date.UTC(2026, 8, 1 + 21 * at, 0, 1)),
  }));
  for (const [at, version] of versions.entries()) {
    await store.put(version.headKey, encodeHead(heads[at]!));
    await database.run.create({ data: {
      id: version.runId, projectId, kind: version.kind, key: version.key, state: 'done', reason: at === 0 ? 'first model' : 'weekly', mlflowRunId: createHash('md5').update(String(at)).digest('hex'),
      parameters: { seed: 7, images: 80 + 60 * at, temperature: '1.1032', learning_rate: 0.05 }, metrics: { validation_accuracy: 0.81 + 0.03 * at, seconds: 3.2 }, startedAt: new Date(Date.UTC(2026, 8, 1 + 21 * at)), endedAt: new Date(Date.UTC(2026, 8, 1 + 21 * at, 0, 1)),
    } });
  }

  const first = Date.UTC(2026, 8, 7, 5);
  const rows = Array.from({ length: images }, (_, index) => {
    const picture = house.pictures[index % house.pictures.length]!;
    const truth = Math.max(0, classNames.indexOf(picture.label));
    const embedding = Float32Array.from({ length: dimensions }, (_value, place) => (place === truth ? 1 : 0) + 0.36 * normal(random));
    const bytes = index < house.pictures.length ? picture.bytes : Buffer.concat([picture.bytes, Buffer.from(String(index))]);
    const version = index < images / 2 ? 0 : 1;
    const { probabilities } = answerOf(heads[version]!, embedding);
    const ordered = [...probabilities].toSorted((a, b) => b - a);
    const top = probabilities.indexOf(ordered[0]!);
    return {
      index, truth, embedding, bytes, sha256: sha256(bytes), probabilities: [...probabilities], top, confidence: ordered[0]!, margin: ordered[0]! - ordered[1]!, version: versions[version]!.id, audit: index % 2 === 1,
      ids: { image: uuidv7(), arrival: uuidv7(), prediction: uuidv7(), item: uuidv7() }, camera: cameras[index % cameras.length]!, eventAt: new Date(first + (index / images) * 56 * dayMs), sharpness: 9 + 4 * random() - (index % cameras.length === 3 ? index / 60 : 0),
    };
  });
  for (let at = 0; at < rows.length; at += 16) await Promise.all(rows.slice(at, at + 16).map(({ bytes, sha256 }) => store.put(`projects/${projectId}/images/${sha256}`, bytes, 'image/jpeg')));
  await database.image.createMany({ data: rows.map(({ ids, sha256, bytes, sharpness, index }) => ({ id: ids.image, projectId, sha256, objectKey: `projects/${projectId}/images/${sha256}`, byteSize: bytes.length, mediaType: 'image/jpeg', width: 1280, height: 960, statistics: { sharpness }, perceptualHash: BigInt(index * 7919) })) });
  await database.arrival.createMany({ data: rows.map(({ ids, camera, eventAt, index }) => ({ id: ids.arrival, projectId, imageId: ids.image, cameraId: camera.id, burstKey: `burst-${index}`, fileName: `IMG_${String(index).padStart(4, '0')}.JPG`, capturedAt: eventAt, receivedAt: eventAt, sentBy: 'seed', clientKey: String(index) })) });
  await database.prediction.createMany({ data: rows.map(({ ids, probabilities, top, confidence, margin, eventAt, version, audit }) => ({ id: ids.prediction, projectId, imageId: ids.image, arrivalId: ids.arrival, modelVersionId: version, policyVersionId: policyVersion.id, probabilities, topClassId: top, confidence, rawScore: confidence, margin, novelty: 0.2 + 0.3 * random(), audit, auditShare: 0.5, eventAt, createdAt: eventAt })) });
  await database.flag.createMany({ data: rows.filter(({ confidence }) => confidence < 0.8).map(({ ids, confidence }) => ({ id: uuidv7(), projectId, predictionId: ids.prediction, reason: 'low_confidence', value: confidence, threshold: 0.8 })) });
  const blocks = createEmbeddingBlocks({ store, cacheDir });
  const blockId = uuidv7();
  await blocks.write(`projects/${projectId}/embeddings/${blockId}`, rows.map(({ embedding }) => embedding));
  await database.embeddingBlock.create({ data: { id: blockId, projectId, objectKey: `projects/${projectId}/embeddings/${blockId}`, rows: rows.length, dimensions, sha256: '', weightsDigest: 'w', preprocessingDigest: 'p' } });
  await database.imageEmbedding.createMany({ data: rows.map(({ ids }, offset) => ({ imageId: ids.image, weightsDigest: 'w', preprocessingDigest: 'p', projectId, blockId, offset })) });

  const reviews = createReviewRepository(database);
  const freezing: FreezeDependencies = { records: createDatasetRepository(database), store, digestOf: sha256, classSetId: async () => classSet.id, nearDuplicateBits: async () => -1 };
  const label = (some: readonly (typeof rows)[number][]) => reviews.importLabels({ projectId, by: 'seed', labels: some.map(({ sha256, truth }) => ({ sha256, classId: truth, group: null })) });
  await label(rows.filter(({ audit }) => !audit).slice(0, 90));
  const dataset1 = await freezeDataset(freezing, { projectId, reason: 'first model', key: 'one', by: 'seed' });
  const audited = rows.filter(({ audit }) => audit);
  await database.reviewItem.createMany({ data: audited.map(({ ids, index }) => ({ id: ids.item, projectId, imageId: ids.image, predictionId: ids.prediction, purpose: 'audit', blind: true, value: index, state: 'settled', settledAt: new Date() })) });
  await database.label.createMany({ data: audited.map(({ ids, truth }) => ({ id: uuidv7(), projectId, imageId: ids.image, kind: 'class', classId: truth, source: 'review', reviewItemId: ids.item, audit: true, blind: true, createdBy: 'seed' })) });
  await label(rows.filter(({ audit }) => !audit).slice(90, 130));
  await reviews.importLabels({ projectId, by: 'seed', labels: rows.filter(({ audit }) => !audit).slice(0, 4).map(({ sha256, truth }) => ({ sha256, classId: (truth + 1) % classNames.length, group: null })) });
  const dataset2 = await freezeDataset(freezing, { projectId, reason: 'weekly', key: 'two', by: 'seed' });
  await database.modelVersion.createMany({ data: versions.map((version, at) => ({ ...version, datasetVersionId: (at === 0 ? dataset1 : dataset2).version?.id ?? null })) });

  const records = createModelRepository(database);
  const clock = { now: () => new Date() };
  const promote = (kind: 'first' | 'promotion' | 'rollback', fromId: string | null, toId: string, reason: string, decidedBy: string, gateReportId: string | null) => records.promote({ projectId, kind, fromId, toId, gateReportId, onCannotTell: false, reason, decidedBy, key: uuidv7(), eventDay: '2026-10-01' });
  await promote('first', null, versions[0]!.id, 'the project’s first model', 'gate', null);
  const judge = (challengerId: string) => judgeChallenger({
    records, store, clock, datasets: {
      byId: freezing.records.versionById, latest: freezing.records.latest, holdout: freezing.records.holdout, freeze: () => { throw new Error('not here'); },
      rows: async (_project, id) => readManifest(freezing, projectId, (await freezing.records.versionById(id))?.rootDigest ?? ''),
    },
    embeddings: { load: async () => new Map(rows.map(({ ids, embedding }) => [ids.image, embedding])) },
    policy: async () => policy, classes: async () => ({ id: classSet.id, classes: classNames.map((name, classId) => ({ classId, name })) }),
    files: { decodeHead, encodeHead, sha256, compose: () => new Uint8Array(), facts: () => { throw new Error('not here'); } },
  }, { projectId, challengerId, key: challengerId });
  const better = await judge(versions[1]!.id);
  await promote('promotion', versions[0]!.id, versions[1]!.id, better.why, 'gate', better.report.id);
  const worse = await judge(versions[2]!.id);

  // Version 3 on its road, in the canary; what it said unseen of the second half, which the audit has settled since.
  const [champion, challenger] = [versions[1]!.id, versions[2]!.id];
  const challenges = createChallengeRepository(database);
  const challenge = await challenges.open({ projectId, challengerId: challenger, championId: champion, kind: 'road', gateReportId: worse.report.id, startedBy: 'Ada: let us see', key: 'road' });
  const step = (after: number, stage: 'shadow' | 'canary', canaryPercent: number, reason: string) => challenges.append({ projectId, challengeId: challenge.id, after, stage, shadowPercent: 100, canaryPercent, decidedBy: after === 0 ? 'gate' : 'Ada (usr_1)', reason, key: `step ${after}` });
  await step(0, 'shadow', 0, 'it passed the gate');
  await step(1, 'canary', 10, 'approved by Ada: the disagreements look harmless');
  await database.shadowAnswer.createMany({ data: rows.slice(images / 2).flatMap(({ ids, embedding, top, eventAt }) => {
    const { probabilities, top: said } = answerOf(heads[2]!, embedding);
    return said === top ? [] : [{ predictionId: ids.prediction, modelVersionId: challenger, projectId, challengeId: challenge.id, classId: said, probability: probabilities[said] ?? 0, drawn: false, inclusion: 1, createdAt: eventAt }];
  }) });
  await createDrillRepository(database).keep({ projectId, championId: champion, formerId: versions[0]!.id, outcome: 'done', sentence: 'Version 1 was answering unseen after 0.9 s, and version 2 again after 0.7 s.', backMs: 912, forthMs: 704, startedBy: 'schedule', key: 'drill' });
  await createAlertRepository(database).raise({ projectId, kind: 'challenge', sentence: 'The evidence against version 3 has passed 20: it was wrong in 17 of 22 reviewed disagreements.' });
  return { challengeId: challenge.id, projectId, imageIds: rows.map(({ ids }) => ids.image), predictionIds: rows.map(({ ids }) => ids.prediction) };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Class weights with so much noise: the more, the worse the model. */
function headOf(random: () => number, noise: number): Head {
  const weights = Float32Array.from({ length: classNames.length * dimensions }, (_, at) => (Math.floor(at / dimensions) === at % dimensions ? 4 : 0) + noise * normal(random));
  return { classIds: classNames.map((_, classId) => classId), dimensions, weights, bias: new Float32Array(classNames.length), temperature: 1, normalise: 'none', centroids: null };
}

/** Normally distributed (Box and Muller 1958). */
const normal = (random: () => number): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
