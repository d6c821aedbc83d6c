import { v7 as uuidv7 } from 'uuid';
import { createAlertRepository } from '../adapters/postgres/alert-repository.ts';
import { createChallengeRepository } from '../adapters/postgres/challenge-repository.ts';
import { createDatabase } from '../adapters/postgres/connection.ts';
import { createModelRepository } from '../adapters/postgres/model-repository.ts';
import { createRoadFigures } from '../adapters/postgres/road-figures.ts';
import { createShadowRepository } from '../adapters/postgres/shadow-repository.ts';
import { promoteChallenger, rollBackChallenger } from '../application/challenges/move-champion.ts';
import type { RoadDependencies } from '../application/challenges/road-dependencies.ts';
import { openChallenge } from '../application/challenges/set-out.ts';
import { defaultPolicy, type Policy, type RoadPolicy } from '../domain/policy.ts';
import type { Challenge } from '../domain/ports-challenges.ts';
import type { ModelVersion } from '../domain/ports-models.ts';
import { createFreshDatabase } from './fresh-database.ts';

const statistics = { brightness: 0.5, contrast: 0.2, sharpness: 10, saturation: 0.3 };
const version = (projectId: string, key: string, backbone: string) => ({
  projectId, kind: 'light' as const, key, runId: null, datasetVersionId: null, classSetId: uuidv7(), backboneDigest: backbone, backboneKey: 'b', preprocessing: null, preprocessingDigest: 'p', headKey: 'h', artifactKey: 'a', artifactSha256: 'a', artifactBytes: 1, dimensions: 4, mlflowVersion: '1',
});
/** No hours to wait and little evidence wanted: a test is about one thing. */
const quick: RoadPolicy = { ...defaultPolicy.road, stages: 'staged', shadow: { ...defaultPolicy.road.shadow, hoursMin: 0 }, canary: { steps: [10, 100], hoursMin: 0, hoursMax: 100, imagesMin: 3 }, bake: { hours: 0 } };

/** A project with a champion and models that want to be it, over a real database; predictions, shadow answers and labels are written as serving and review write them. */
export async function createRoadWorld() {
  const fresh = await createFreshDatabase();
  const database = createDatabase(fresh.databaseUrl, 6);
  const [projectId, cameraId] = [uuidv7(), uuidv7()];
  const state = { policy: { ...defaultPolicy, road: quick } as Policy, skipMs: 0 };
  await database.project.create({ data: { id: projectId, slug: `road-${projectId}`.slice(0, 40), name: 'road' } });
  await database.camera.create({ data: { id: cameraId, projectId, name: 'east' } });
  const records = createModelRepository(database);
  const deps: RoadDependencies = {
    challenges: createChallengeRepository(database), records, figures: createRoadFigures(database), alerts: createAlertRepository(database), policy: async () => state.policy, clock: { now: () => new Date(Date.now() + state.skipMs) }, random: () => 0.5,
  };
  const moving = { ...deps, servingFollows: async () => true };
  const make = (key: string, backbone = 'one') => records.insertVersion(version(projectId, key, backbone));
  const champion = await make('champion');
  await records.promote({ projectId, kind: 'first', fromId: null, toId: champion.id, gateReportId: null, onCannotTell: false, reason: 'first', decidedBy: 'gate', key: 'first', eventDay: '2025-01-01' });
  const shadows = createShadowRepository(database);
  let pictures = 0;
  return {
    database, projectId, deps, moving, champion, make, state, shadows, drop: async () => { await database.$disconnect(); await fresh.drop(); },
    open: (challenger: ModelVersion) => openChallenge(deps, { projectId, challengerId: challenger.id, gateReportId: null, startedBy: 'gate', key: challenger.id }),
    promote: (challenge: Challenge) => promoteChallenger(moving, { projectId, challengeId: challenge.id, reason: 'test', decidedBy: 'gate' }),
    rollBack: (challenge: Challenge) => rollBackChallenger(moving, { projectId, challengeId: challenge.id, reason: 'test', decidedBy: 'gate' }),
    /** One image answered by a model. */
    async predict(by: ModelVersion, classId: number, more: { audit?: boolean; burstKey?: string; day?: string; camera?: boolean; createdAt?: Date } = {}) {
      const [imageId, arrivalId, id] = [uuidv7(), uuidv7(), uuidv7()];
      pictures += 1;
      const eventAt = new Date(`${more.day ?? '2026-01-01'}T10:00:00Z`);
      await database.image.create({ data: { id: imageId, projectId, sha256: `${projectId}-${pictures}`, objectKey: 'k', byteSize: 1, mediaType: 'image/jpeg', width: 4, height: 3, statistics, perceptualHash: BigInt(pictures) } });
      await database.arrival.create({ data: { id: arrivalId, projectId, imageId, cameraId: more.camera === false ? null : cameraId, capturedAt: eventAt, burstKey: more.burstKey ?? null, sentBy: 'test', clientKey: id } });
      await database.prediction.create({ data: { id, projectId, imageId, arrivalId, modelVersionId: by.id, policyVersionId: uuidv7(), probabilities: [0.5, 0.5], topClassId: classId, confidence: 0.5, rawScore: 0, margin: 0, audit: more.audit ?? false, auditShare: 0.04, eventAt, ...(more.createdAt && { createdAt: more.createdAt }) } });
      return { id, imageId };
    },
    /** What the other model would have said of it. */
    shadow: (challenge: Challenge, prediction: { id: string }, by: ModelVersion, classId: number, drawn = false) =>
      shadows.keepAnswers([{ projectId, challengeId: challenge.id, predictionId: prediction.id, modelVersionId: by.id, classId, probability: 0.5, drawn, inclusion: drawn ? 0.01 : 1 }]),
    compared: (challenge: Challenge, seen: number, disagreed: number) => shadows.count([{ projectId, challengeId: challenge.id, hour: new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000), processId: uuidv7(), seen, disagreed, failed: 0 }]),
    /** What a person said is true of an image. */
    label: (imageId: string, classId: number, more: { blind?: boolean; createdAt?: Date } = {}) =>
      database.label.create({ data: { id: uuidv7(), projectId, imageId, kind: 'class', classId, source: 'review', blind: more.blind ?? true, createdBy: 'test', createdAt: more.createdAt ?? new Date(Date.now() + 1_000) } }),
  };
}
export type RoadWorld = Awaited<ReturnType<typeof createRoadWorld>>;
