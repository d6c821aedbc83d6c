import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { createMinioStore } from '../adapters/object-store/minio-store.ts';
import { createDatabase } from '../adapters/postgres/connection.ts';
import { createDatasetRepository } from '../adapters/postgres/dataset-repository.ts';
import { freezeDataset, type FreezeDependencies } from '../application/datasets/freeze-dataset.ts';
import { walkLeaves } from '../application/datasets/read-manifest.ts';
import { encodeNode } from '../domain/manifest.ts';
import type { DatasetVersionRecord } from '../domain/ports-datasets.ts';
import { withClient } from '../platform/services/postgres.ts';
import { createFreshDatabase, prepareTemplate } from '../testing/fresh-database.ts';
import { startTestServices } from '../testing/services.ts';
import { type BenchOptions, type Measure, NotRun } from './bench.ts';

export const name = 'dataset versions';
export const figure = 'P6';
export const target = '10,000 images with 3 changed ≥ 10 × faster than `dvc add` (DVC hashes the files; ours were hashed when they arrived); 1,000,000 with 1,000 changed: bytes written ≤ 4 × (changed rows × leaf)';

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
type House = Awaited<ReturnType<typeof startHouse>>;

/** Postgres with its migrations, a store and what freezing needs; nothing else of the product runs. */
async function startHouse() {
  const services = await startTestServices(['postgres', 'object-store']);
  const { env } = services;
  const template = await prepareTemplate(env['MIGRATION_DATABASE_URL']!, 'prisma/migrations');
  const fresh = await createFreshDatabase({ ...env, PERENNIAL_TEST_TEMPLATE: template.name });
  const database = createDatabase(fresh.databaseUrl);
  const store = createMinioStore({ endpoint: env['S3_ENDPOINT']!, accessKey: env['S3_ACCESS_KEY']!, secretKey: env['S3_SECRET_KEY']!, bucket: env['S3_BUCKET']! });
  const deps: FreezeDependencies = { records: createDatasetRepository(database), store, digestOf, classSetId: async () => uuidv7(), nearDuplicateBits: async () => 4 };
  return { ownerUrl: fresh.ownerUrl, database, deps, stop: async () => { await database.$disconnect(); await services.stop(); } };
}

/** A project whose images were labelled: 100 cameras, bursts of three, a picture every few minutes. */
async function labelledProject(house: House, images: number): Promise<string> {
  const projectId = uuidv7();
  await house.database.project.create({ data: { id: projectId, slug: `p-${projectId.slice(-8)}`, name: 'p' } });
  await withClient(house.ownerUrl, async (client) => {
    await client.query(`CREATE TABLE made AS SELECT n, gen_random_uuid() AS image, encode(sha256(('${projectId}/' || n)::bytea), 'hex') AS hash FROM generate_series(1, ${images}) n`);
    await client.query(`CREATE TABLE cameras AS SELECT n, gen_random_uuid() AS id FROM generate_series(0, 99) n`);
    await client.query(`INSERT INTO "Camera" ("id", "projectId", "name") SELECT id, '${projectId}', 'camera ' || n FROM cameras`);
    await client.query(`INSERT INTO "Image" ("id", "projectId", "sha256", "objectKey", "byteSize", "mediaType", "width", "height", "statistics", "perceptualHash")
      SELECT image, '${projectId}', hash, 'k', 1, 'image/jpeg', 4, 3, '{}', ('x' || substr(hash, 1, 16))::bit(64)::bigint FROM made`);
    await client.query(`INSERT INTO "Arrival" ("id", "projectId", "imageId", "cameraId", "burstKey", "capturedAt", "sentBy", "clientKey")
      SELECT gen_random_uuid(), '${projectId}', image, c.id, 'b' || made.n / 3, timestamp '2026-01-01' + make_interval(secs => made.n * 30), 's', 'c' FROM made JOIN cameras c ON c.n = made.n / 3 % 100`);
    await client.query(`INSERT INTO "Label" ("id", "projectId", "imageId", "kind", "classId", "source", "createdBy", "createdAt")
      SELECT gen_random_uuid(), '${projectId}', image, 'class', n % 10, 'import', 'ann', clock_timestamp() AT TIME ZONE 'UTC' FROM made`);
    await client.query('DROP TABLE made, cameras');
    for (const table of ['Label', 'Image', 'Arrival']) await client.query(`VACUUM ANALYZE "${table}"`);
  });
  return projectId;
}

/** Some images are labelled anew, spread over the project. */
async function relabel(house: House, projectId: string, changed: number, turn: number): Promise<void> {
  await withClient(house.ownerUrl, (client) => client.query(`INSERT INTO "Label" ("id", "projectId", "imageId", "kind", "classId", "source", "createdBy", "createdAt")
    SELECT gen_random_uuid(), "projectId", "id", 'class', ${100 + turn}, 'review', 'ann', clock_timestamp() AT TIME ZONE 'UTC' FROM "Image"
    WHERE "projectId" = '${projectId}' ORDER BY md5("sha256" || ${turn}) LIMIT ${changed}`));
}

async function freeze(house: House, projectId: string): Promise<{ version: DatasetVersionRecord; seconds: number }> {
  const start = performance.now();
  const { version, why } = await freezeDataset(house.deps, { projectId, reason: 'bench', key: uuidv7(), by: 'bench' });
  if (version === null) throw new Error(why);
  return { version, seconds: (performance.now() - start) / 1000 };
}

/** A folder that DVC keeps; files of a small picture's size. */
function startDvc(dvc: string, files: number) {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-bench-dvc-'));
  const call = (...args: string[]): void => { execFileSync(dvc, args, { cwd: folder, stdio: 'pipe', env: { ...process.env, DVC_NO_ANALYTICS: '1' } }); };
  const write = (at: number): void => { writeFileSync(join(folder, 'images', `${at}.jpg`), randomBytes(8_192)); };
  mkdirSync(join(folder, 'images'));
  for (let at = 0; at < files; at += 1) write(at);
  call('init', '--no-scm');
  call('config', 'core.analytics', 'false');
  call('add', '-q', 'images');
  return {
    add(changed: number, turn: number): number {
      for (let at = 0; at < changed; at += 1) write((turn * 7_919 + at * 3_001) % files);
      const start = performance.now();
      call('add', '-q', 'images');
      return (performance.now() - start) / 1000;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Few changes in ten thousand, beside `dvc add` of a folder with as many files, turn by turn. */
async function besideDvc(house: House, { quick, set, say }: BenchOptions): Promise<Measure[]> {
  const [images, turns] = quick ? [500, 1] : [Number(set['few'] ?? 10_000), Number(set['turns'] ?? 5)];
  const projectId = await labelledProject(house, images);
  await freeze(house, projectId);
  const { dvc: program } = set;
  if (program === undefined) say('no --set dvc=PROGRAM: the other side is not run');
  const dvc = program === undefined ? null : startDvc(program, images);
  try {
    const [ours, theirs]: [number[], number[]] = [[], []];
    // One turn more than is counted: the first of each side opens its connections and fills its caches.
    for (let turn = 0; turn <= turns; turn += 1) {
      await relabel(house, projectId, 3, turn);
      const sides = [async () => (await freeze(house, projectId)).seconds, async () => dvc?.add(3, turn) ?? 0];
      const seconds = turn % 2 === 0 ? [await sides[0]!(), await sides[1]!()] : [await sides[1]!(), await sides[0]!()].toReversed();
      if (turn === 0) continue;
      ours.push(1 / seconds[0]!);
      theirs.push(1 / seconds[1]!);
      say(`${images} images, turn ${turn} of ${turns}: ${(seconds[0]! * 1000).toFixed(0)} ms${dvc === null ? '' : `, dvc add ${(seconds[1]! * 1000).toFixed(0)} ms`}`);
    }
    const of = `versions a second, ${images} images with 3 changed`;
    return [dvc === null ? { of, ours } : { of, ours, against: { name: 'dvc add', samples: theirs }, mark: { atLeast: 10 } }];
  } finally {
    dvc?.remove();
  }
}

/** A thousand changes in a million: what is written, how long it takes and how much memory it needs. */
async function atScale(house: House, { quick, set, say }: BenchOptions): Promise<Measure[]> {
  const images = quick ? 5_000 : Number(set['images'] ?? 1_000_000);
  const changed = Math.max(1, Math.round(images / 1_000));
  const turns = quick ? 1 : 3;
  const projectId = await labelledProject(house, images);
  say(`${images} labelled images are there`);
  const first = await freeze(house, projectId);
  say(`the first version took ${first.seconds.toFixed(1)} s and ${first.version.bytesWritten} bytes; resident memory ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MB`);
  let [leaves, leafBytes] = [0, 0];
  for await (const rows of walkLeaves(house.deps, projectId, first.version.rootDigest)) [leaves, leafBytes] = [leaves + 1, leafBytes + encodeNode({ kind: 'leaf', rows }).byteLength];
  const [ratios, seconds]: [number[], number[]] = [[], []];
  for (let turn = 1; turn <= turns; turn += 1) {
    await relabel(house, projectId, changed, turn);
    const done = await freeze(house, projectId);
    seconds.push(done.seconds);
    ratios.push(done.version.bytesWritten / (changed * (leafBytes / leaves)));
    say(`${changed} of ${images} changed: ${done.version.bytesWritten} bytes in ${done.seconds.toFixed(2)} s; resident memory ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MB`);
  }
  const what = `${images} images with ${changed} changed`;
  return [
    { of: `bytes written ÷ (changed rows × leaf), ${what}`, ours: ratios, mark: { atMost: 4 } },
    { of: `seconds of a version, ${what}`, ours: seconds },
    { of: `seconds of the first version, ${images} images`, ours: [first.seconds] },
  ];
}

/** `--set dvc=PROGRAM` (of a virtual environment with `pip install dvc`), `--set images=N`, `--set few=N`, `--set turns=N`. */
export async function run(options: BenchOptions): Promise<readonly Measure[]> {
  const house = await startHouse().catch((error: unknown) => { throw new NotRun(`Postgres and an object store did not start: ${String(error)}`); });
  try {
    return [...await besideDvc(house, options), ...await atScale(house, options)];
  } finally {
    await house.stop();
  }
}
