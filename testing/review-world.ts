import { v7 as uuidv7 } from 'uuid';
import { createDatabase, type Database } from '../adapters/postgres/connection.ts';
import { createReviewRepository } from '../adapters/postgres/review-repository.ts';
import { defaultPolicy, type Policy } from '../domain/policy.ts';
import type { AnnotationKind } from '../domain/review.ts';
import { createFreshDatabase } from './fresh-database.ts';

export const askEverything: Policy = { ...defaultPolicy, review: { ...defaultPolicy.review, shareMax: 1, itemsMax: 5_000 } };
const classes = [{ classId: 0, name: 'fox' }, { classId: 1, name: 'hare' }, { classId: 2, name: 'badger' }];

/** A database of its own for tests of review, with makers of projects, people and flagged images. */
export async function createReviewWorld() {
  const fresh = await createFreshDatabase();
  const database = createDatabase(fresh.databaseUrl, 20);
  return {
    database,
    reviews: createReviewRepository(database),
    project: (policy: Policy = askEverything) => createReviewProject(database, policy),
    async close(): Promise<void> { await database.$disconnect(); await fresh.drop(); },
  };
}

export interface FlaggedOptions {
  readonly purpose?: string;
  readonly blind?: boolean;
  readonly standsFor?: string;
  readonly answersWanted?: number;
  readonly burstKey?: string;
  /** What the model says; `confidence` is its probability. */
  readonly topClassId?: number;
  readonly confidence?: number;
}

/** A project of three classes with three annotators: ann, bob and cy. */
export async function createReviewProject(database: Database, policy: Policy) {
  const reviews = createReviewRepository(database);
  const [projectId, modelVersionId, classSetId, policyVersionId] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
  await database.project.create({ data: { id: projectId, slug: `p-${projectId.slice(-8)}`, name: 'p' } });
  await database.classSet.create({ data: { id: classSetId, projectId, version: 1, classes, createdBy: 'test' } });
  await database.policyVersion.create({ data: { id: policyVersionId, projectId, version: 1, policy: JSON.parse(JSON.stringify(policy)) as object, createdBy: 'test' } });
  await database.modelVersion.create({ data: { id: modelVersionId, projectId, number: 7, kind: 'light', key: 'k', classSetId } });
  const person = (name: string): string => `${name}-${projectId}`;
  const join = async (name: string, role = 'annotator'): Promise<void> => {
    await database.user.create({ data: { id: person(name), name, email: `${person(name)}@example.org` } });
    await database.membership.create({ data: { userId: person(name), projectId, role } });
  };
  for (const name of ['ann', 'bob', 'cy']) await join(name);

  async function flagged(count: number, { topClassId = 1, confidence = 0.7, burstKey, ...more }: FlaggedOptions = {}) {
    const made = Array.from({ length: count }, (_, at) => ({ imageId: uuidv7(), arrivalId: uuidv7(), predictionId: uuidv7(), itemId: uuidv7(), at }));
    const probabilities = classes.map(({ classId }) => (classId === topClassId ? confidence : (1 - confidence) / (classes.length - 1)));
    await database.image.createMany({ data: made.map((each) => ({ id: each.imageId, projectId, sha256: each.imageId.replaceAll('-', '').padEnd(64, '0'), objectKey: `originals/${each.imageId}`, byteSize: 1, mediaType: 'image/png', width: 4, height: 3, statistics: { sharpness: 12 }, perceptualHash: 0n })) });
    await database.arrival.createMany({ data: made.map((each) => ({ id: each.arrivalId, projectId, imageId: each.imageId, sentBy: 's', clientKey: each.arrivalId, burstKey: burstKey ?? null, capturedAt: new Date(1e12 + each.at * 1000) })) });
    await database.prediction.createMany({ data: made.map((each) => ({ id: each.predictionId, projectId, imageId: each.imageId, arrivalId: each.arrivalId, modelVersionId, policyVersionId, probabilities, topClassId, confidence, rawScore: confidence, margin: 0.4, audit: more.purpose === 'audit', auditShare: 0.04, eventAt: new Date(1e12 + each.at * 1000) })) });
    await database.flag.createMany({ data: made.map((each) => ({ id: uuidv7(), projectId, predictionId: each.predictionId, reason: more.purpose === 'audit' ? 'audit' : 'low_confidence', value: confidence, threshold: 0.8 })) });
    await database.reviewItem.createMany({ data: made.map((each) => ({ id: each.itemId, projectId, imageId: each.imageId, predictionId: each.predictionId, purpose: 'flagged', blind: false, value: 1 - each.at / 1e6, state: 'waiting', burstKey: burstKey ?? null, ...more })) });
    return made;
  }

  return {
    projectId, slug: `p-${projectId.slice(-8)}`, modelVersionId, classSetId, policyVersionId, person, join, flagged,
    collect: (key = 'k1', itemsMax: number | null = null) => reviews.collectRound({ projectId, reason: 'test', key, itemsMax, policy, policyVersionId }),
    claim: (name: string, count = 1) => reviews.claim({ projectId, userId: person(name), count, leaseSeconds: 60 }),
    async claimOne(name: string) {
      const [item] = await reviews.claim({ projectId, userId: person(name), count: 1, leaseSeconds: 60 });
      if (item === undefined) throw new Error(`nothing for ${name}`);
      return item;
    },
    answer: (name: string, item: { id: string; fence: number }, kind: AnnotationKind | number, more: { key?: string; comment?: string; proposedName?: string; leadTimeMs?: number } = {}) => reviews.annotate({
      projectId, itemId: item.id, userId: person(name), key: more.key ?? uuidv7(), fence: item.fence, kind: typeof kind === 'number' ? 'class' : kind, classId: typeof kind === 'number' ? kind : null,
      comment: more.comment ?? null, proposedName: more.proposedName ?? null, leadTimeMs: more.leadTimeMs ?? 500,
    }),
    labels: (imageId: string) => database.label.findMany({ where: { projectId, imageId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
    item: (id: string) => database.reviewItem.findUniqueOrThrow({ where: { id } }),
  };
}
export type ReviewProject = Awaited<ReturnType<typeof createReviewProject>>;
export type ReviewWorld = Awaited<ReturnType<typeof createReviewWorld>>;
