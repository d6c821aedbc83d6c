import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash, randomBytes } from 'node:crypto';
import getPort from 'get-port';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { createMinioStore } from '../adapters/object-store/minio-store.ts';
import { createDatabase, type Database } from '../adapters/postgres/connection.ts';
import { createProjectRepository } from '../adapters/postgres/project-repository.ts';
import { createReviewRepository } from '../adapters/postgres/review-repository.ts';
import { createViewRepository } from '../adapters/postgres/view-repository.ts';
import { createImageViews } from '../application/images/image-views.ts';
import type { ObjectStore } from '../domain/ports.ts';
import { defaultPolicy, type Policy } from '../domain/policy.ts';
import { ensureUi } from '../platform/build-ui.ts';
import { createContext } from '../platform/context.ts';
import { generateClient } from '../platform/generate-client.mjs';
import { migrate } from '../platform/migrate.ts';
import { runFirstSteps } from '../platform/run-first-steps.ts';
import { startTestServices } from '../testing/services.ts';
import { drawPictures, type Picture } from './seeded.ts';

const root = join(import.meta.dirname, '..');

/** What the review page needs and no more: the real database, store and api; predictions are written, not made. */
export interface ReviewHouse {
  readonly url: string;
  /** Of the api process. */
  readonly pid: number;
  readonly database: Database;
  readonly store: ObjectStore;
  readonly pictures: readonly Picture[];
  /** The first admin's; it can be taken once. */
  readonly invitation: string;
  /**
   * A project with so many images in an open round; `disputed` of them were answered in two ways by two people. `viewsReady`: their views
   * are there, as the worker makes them when a round opens; pictures that are the same share them.
   */
  project(slug: string, options: { images: number; policy?: Partial<Policy['review']>; blind?: (index: number) => boolean; burst?: number; disputed?: number; viewsReady?: boolean }): Promise<SeededProject>;
  stop(): Promise<void>;
}
export interface SeededProject {
  readonly id: string;
  /** By image id, in queue order. */
  readonly truth: ReadonlyMap<string, string>;
}

export const classNames = ['deer', 'boar', 'fox', 'hare', 'badger', 'empty'];

/** Starts Postgres, the object store and the api on loopback with nothing in them; `stop` removes all of it. `durable`: Postgres waits for its disk as it does in use. */
export async function startReviewHouse(pictureCount = 60, { durable = false }: { readonly durable?: boolean } = {}): Promise<ReviewHouse> {
  const stateDir = mkdtempSync(join(tmpdir(), 'perennial-review-'));
  const made = generateClient(root);
  if (made.outcome === 'failed') throw new Error(made.why);
  const services = await startTestServices(['postgres', 'object-store'], process.env, { durable });
  const context = createContext({ root, environment: process.env, stateDir, preferredPorts: false });
  await Promise.all([ensureUi(context, () => {}), migrate(services.env['MIGRATION_DATABASE_URL'] ?? '', join(root, 'prisma', 'migrations'))]);
  const port = await getPort();
  const { MIGRATION_DATABASE_URL: _owner, ...serviceEnv } = services.env;
  const env: Record<string, string> = {
    ...serviceEnv, PATH: process.env['PATH'] ?? '', API_PORT: String(port), PUBLIC_URL: `http://localhost:${port}`, SERVING_URL: 'http://127.0.0.1:9', TEMPORAL_ADDRESS: '127.0.0.1:9',
    AUTH_SECRET: randomBytes(32).toString('hex'), UI_DIR: join(root, 'labeling-ui', 'dist'), PERENNIAL_CACHE_DIR: join(stateDir, 'cache'), LOG_LEVEL: 'fatal',
  };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'bin', 'api.ts')], { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const database = createDatabase(env['DATABASE_URL'] ?? '', 4);
  const store = createMinioStore({ endpoint: env['S3_ENDPOINT'] ?? '', accessKey: env['S3_ACCESS_KEY'] ?? '', secretKey: env['S3_SECRET_KEY'] ?? '', bucket: env['S3_BUCKET'] ?? '', region: env['S3_REGION'] ?? 'us-east-1' });
  const url = `http://localhost:${port}`;
  const stop = async (): Promise<void> => {
    await ended(child);
    await database.$disconnect();
    await services.stop();
    rmSync(stateDir, { recursive: true, force: true });
  };
  try {
    const pictures = await drawPictures(11, pictureCount);
    await healthy(url);
    // Made while there is nobody: it is to every project there is when it is taken.
    const { url: invitation } = await runFirstSteps('invitation', env, z.object({ url: z.string() }));
    return {
      url, pid: child.pid ?? 0, database, store, pictures, invitation, stop,
      project: (slug, options) => seedProject({ database, store, pictures }, slug, options),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

async function healthy(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await fetch(`${url}/readyz`).then((response) => response.ok, () => false)) return;
    await new Promise((resolve) => { setTimeout(resolve, 150); });
  }
  throw new Error('the api was not ready within 45 s');
}

interface Seeding { readonly database: Database; readonly store: ObjectStore; readonly pictures: readonly Picture[] }

/** Images, arrivals, predictions, flags and items as serving would have written them; then a round over all of them. */
async function seedProject({ database, store, pictures }: Seeding, slug: string, { images, policy, blind = () => false, burst = 1, disputed = 0, viewsReady = false }: Parameters<ReviewHouse['project']>[1]): Promise<SeededProject> {
  const whole: Policy = { ...defaultPolicy, review: { ...defaultPolicy.review, shareMax: 1, itemsMax: 20_000, ...policy } };
  const projectId = await createProjectRepository(database).create({ slug, name: slug, timeZone: 'Europe/Madrid', classes: classNames, policy: whole, createdBy: 'seed', ownerId: null });
  const [classSet, policyVersion] = await Promise.all([database.classSet.findFirstOrThrow({ where: { projectId } }), database.policyVersion.findFirstOrThrow({ where: { projectId } })]);
  const modelVersionId = uuidv7();
  await database.modelVersion.create({ data: { id: modelVersionId, projectId, number: 1, kind: 'cold_start', key: 'seed', classSetId: classSet.id } });
  await database.promotion.create({ data: { id: uuidv7(), projectId, sequence: 1, kind: 'first', toId: modelVersionId, reason: 'first model', decidedBy: 'seed', key: 'seed' } });
  const cameras = ['Beech hollow', 'North ridge', 'Mill stream'].map((name) => ({ id: uuidv7(), projectId, name }));
  await database.camera.createMany({ data: cameras });
  const truth = new Map<string, string>();
  const first = Date.UTC(2026, 9, 14, 4, 30);
  const rows = Array.from({ length: images }, (_, index) => {
    const picture = pictures[index % pictures.length];
    if (picture === undefined) throw new Error('no pictures');
    const ids = { image: uuidv7(), arrival: uuidv7(), prediction: uuidv7(), item: uuidv7() };
    truth.set(ids.image, picture.label);
    const capturedAt = new Date(first + Math.floor(index / burst) * 1_260_000 + (index % burst) * 2_000);
    const camera = cameras[Math.floor(index / burst) % cameras.length];
    const guess = index % 4 === 3 ? (index % classNames.length) : Math.max(0, classNames.indexOf(picture.label));
    const confidence = 0.38 + ((index * 37) % 40) / 100;
    const probabilities = classNames.map((_name, classId) => (classId === guess ? confidence : (1 - confidence) * [0.42, 0.26, 0.16, 0.1, 0.06][(classId - guess + classNames.length - 1) % classNames.length]!));
    return { picture, ids, index, capturedAt, camera, guess, confidence, probabilities };
  });
  // One image stands for each hash in a project: the same drawing again ends in a number, which no decoder minds.
  const stored = rows.map(({ picture, index }) => {
    const bytes = index < pictures.length ? picture.bytes : Buffer.concat([picture.bytes, Buffer.from(String(index))]);
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  // Where the views are there, nobody reads the originals: one of each picture is enough.
  const kept = viewsReady ? stored.slice(0, pictures.length) : stored;
  for (let at = 0; at < kept.length; at += 16) await Promise.all(kept.slice(at, at + 16).map(({ bytes, sha256 }) => store.put(`projects/${projectId}/images/${sha256}`, bytes, 'image/jpeg')));
  await database.image.createMany({ data: rows.map(({ ids, index }) => ({ id: ids.image, projectId, sha256: stored[index]!.sha256, objectKey: `projects/${projectId}/images/${stored[index]!.sha256}`, byteSize: stored[index]!.bytes.length, mediaType: 'image/jpeg', width: 1280, height: 960, statistics: {}, perceptualHash: BigInt(index) })) });
  if (viewsReady) await shareViews({ database, store }, projectId, rows.map(({ ids }) => ids.image), pictures.length);
  await database.arrival.createMany({ data: rows.map(({ ids, camera, capturedAt, index }) => ({ id: ids.arrival, projectId, imageId: ids.image, cameraId: camera?.id ?? null, burstKey: `burst-${Math.floor(index / burst)}`, fileName: `IMG_${String(index).padStart(4, '0')}.JPG`, exifTime: capturedAt.toISOString(), capturedAt, sentBy: 'seed', clientKey: String(index) })) });
  await database.prediction.createMany({ data: rows.map(({ ids, probabilities, guess, confidence, capturedAt }) => ({ id: ids.prediction, projectId, imageId: ids.image, arrivalId: ids.arrival, modelVersionId, policyVersionId: policyVersion.id, probabilities, topClassId: guess, confidence, rawScore: confidence, margin: 0.1, audit: false, auditShare: 0.04, eventAt: capturedAt })) });
  await database.flag.createMany({ data: rows.flatMap(({ ids, confidence, index }) => [
    { id: uuidv7(), projectId, predictionId: ids.prediction, reason: 'low_confidence', value: confidence, threshold: 0.8 },
    ...(index % 3 === 0 ? [{ id: uuidv7(), projectId, predictionId: ids.prediction, reason: 'ambiguous', value: 0.12, threshold: 0.3 }] : []),
  ]) });
  const leaders = new Map<number, string>();
  await database.reviewItem.createMany({ data: rows.map(({ ids, index }) => {
    const group = Math.floor(index / burst);
    const standsFor = leaders.get(group) ?? null;
    if (standsFor === null) leaders.set(group, ids.item);
    return { id: ids.item, projectId, imageId: ids.image, predictionId: ids.prediction, purpose: 'flagged', blind: blind(index), value: 1 - index / 100_000, state: 'waiting', standsFor, burstKey: burst > 1 ? `burst-${group}` : null };
  }) });
  await createReviewRepository(database).collectRound({ projectId, reason: 'seed', key: 'seed', policy: whole, policyVersionId: policyVersion.id });
  await dispute(database, projectId, rows.slice(0, disputed).map(({ ids, guess }) => ({ itemId: ids.item, imageId: ids.image, classId: guess })));
  return { id: projectId, truth };
}

/** Views of the first so many images as the product makes them; the others are the same pictures and have the same views. */
async function shareViews({ database, store }: Pick<Seeding, 'database' | 'store'>, projectId: string, imageIds: readonly string[], distinct: number): Promise<void> {
  // Brought in once the pictures are drawn: the reader shuts the decoder of drawings in the whole process.
  const { createSharpReader } = await import('../adapters/images/sharp-reader.ts');
  const views = createViewRepository(database);
  const images = createImageViews({ store, views, view: createSharpReader().view, sha256: (bytes) => createHash('sha256').update(bytes).digest('hex') });
  for (const id of imageIds.slice(0, distinct)) await images.of(projectId, id, 'thumbnail');
  const made = Map.groupBy(await database.imageView.findMany({ where: { projectId } }), (view) => view.imageId);
  await views.rememberAll(imageIds.slice(distinct).flatMap((imageId, at) => (made.get(imageIds[at % distinct] ?? '') ?? []).map(({ kind, objectKey, mediaType, width, height }) => ({ imageId, kind, projectId, objectKey, mediaType, width, height }))));
}

/** Two people answered, each another class, and nobody else is left to ask. */
async function dispute(database: Database, projectId: string, items: readonly { itemId: string; imageId: string; classId: number }[]): Promise<void> {
  if (items.length === 0) return;
  const people = ['Grace', 'Maria'].map((name) => ({ id: uuidv7(), name, email: `${name.toLowerCase()}-${projectId.slice(-6)}@example.org` }));
  await database.user.createMany({ data: people });
  await database.annotation.createMany({ data: items.flatMap(({ itemId, imageId, classId }, at) => people.map((person, index) => ({
    id: uuidv7(), projectId, reviewItemId: itemId, imageId, userId: person.id, kind: 'class', classId: (classId + index) % classNames.length, comment: at === 0 && index === 1 ? 'the ears are round' : null, leadTimeMs: 1_500, fence: 1, clientKey: `seed-${itemId}`,
  }))) });
  await database.reviewItem.updateMany({ where: { id: { in: items.map((each) => each.itemId) } }, data: { state: 'unresolved', unresolvedWhy: 'disagreement' } });
}
