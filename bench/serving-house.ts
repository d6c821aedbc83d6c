import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createMinioStore } from '../adapters/object-store/minio-store.ts';
import { modelFiles } from '../adapters/onnx/model-files.ts';
import { createChallengeRepository } from '../adapters/postgres/challenge-repository.ts';
import { createDatabase, type Database } from '../adapters/postgres/connection.ts';
import { defaultPolicy } from '../domain/policy.ts';
import type { ObjectStore } from '../domain/ports.ts';
import { createFreshDatabase, prepareTemplate } from '../testing/fresh-database.ts';
import { startTestServices } from '../testing/services.ts';
import { makeProject, promoteHead, startServing, storeVersion } from '../testing/serving-process.ts';

/** The real serving process with a champion, on a database and a store of its own. */
export interface ServingHouse {
  readonly database: Database;
  readonly databaseUrl: string;
  readonly store: ObjectStore;
  readonly projectId: string;
  /** Sends one picture as a new request and waits for its answer. @throws Error where the answer is not 200 */
  post(jpeg: Uint8Array): Promise<void>;
  /** Puts a light challenger on the road, which sees all traffic or none, and waits until serving follows. Once: whether it sees. */
  challenge(): Promise<(sees: boolean) => Promise<void>>;
  /** CPU-seconds of the serving process so far, its decoding child included. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

/** What Linux counts processor time in. */
const ticksASecond = 100;

/**
 * User and system time of a process, its threads and the processes under it that are alive, in seconds: serving decodes
 * in a child. Linux alone tells it of another process.
 */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  const own = (Number(fields[11]) + Number(fields[12])) / ticksASecond;
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter((each) => each !== ''));
  return own + children.reduce((sum, child) => sum + cpuSecondsOf(Number(child)), 0);
}

/** Two classes, so sure of themselves that nearly all flags are the audit's: what a champion in service does. */
const sureHead = (turn = 0) => ({
  classIds: [0, 1], dimensions: 1280, weights: new Float32Array(2560).map((_, at) => 40 * Math.sin(at + turn)), bias: new Float32Array(2), temperature: 1, normalise: 'l2' as const, centroids: null,
});

/** As `npm start` starts it. */
const asStarted = { NODE_OPTIONS: '--max-semi-space-size=8', MALLOC_ARENA_MAX: '2' };

/** @param environment added to that of the serving process */
export async function startServingHouse(backbone: Uint8Array, environment: Readonly<Record<string, string>> = {}): Promise<ServingHouse> {
  const services = await startTestServices(['postgres', 'object-store']);
  const { env } = services;
  const template = await prepareTemplate(env['MIGRATION_DATABASE_URL']!, 'prisma/migrations');
  const fresh = await createFreshDatabase({ ...env, PERENNIAL_TEST_TEMPLATE: template.name });
  const database = createDatabase(fresh.databaseUrl);
  const store = createMinioStore({ endpoint: env['S3_ENDPOINT']!, accessKey: env['S3_ACCESS_KEY']!, secretKey: env['S3_SECRET_KEY']!, bucket: env['S3_BUCKET']! });
  const { weightsDigest, preprocessing } = modelFiles.facts(backbone);
  const backboneKey = `backbones/${weightsDigest}.onnx`;
  await store.put(backboneKey, backbone);
  const project = await makeProject(database, defaultPolicy);
  const model = { backboneKey, weightsDigest, preprocessing };
  const championId = await promoteHead({ database, store }, project, { head: sureHead(), ...model, number: 1 });
  const serving = await startServing({ ...env, DATABASE_URL: fresh.databaseUrl, PERENNIAL_CACHE_DIR: '.perennial/cache', ...asStarted, ...environment });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let sent = 0;
  return {
    database, databaseUrl: fresh.databaseUrl, store, projectId: project.id,
    post: (jpeg) => new Promise((resolve, reject) => {
      sent += 1;
      const headers = { authorization: `Bearer ${project.secret}`, 'idempotency-key': `bench-${sent}`, 'content-type': 'image/jpeg', 'content-length': jpeg.byteLength };
      const call = request(`${serving.url}/v1/projects/${project.slug}/predictions?camera=c${sent % 7}`, { method: 'POST', agent, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(Buffer.concat(parts).toString()))));
      });
      call.on('error', reject);
      call.end(jpeg);
    }),
    async challenge() {
      // Answers otherwise now and then, as a challenger does, so that rows are written as well.
      const challengerId = await storeVersion({ database, store }, project, { head: sureHead(0.04), ...model, number: 2 });
      const challenges = createChallengeRepository(database);
      const { id: challengeId } = await challenges.open({ projectId: project.id, challengerId, championId, kind: 'road', gateReportId: null, startedBy: 'bench', key: 'road' });
      let sequence = 0;
      return async (sees) => {
        const step = { projectId: project.id, challengeId, after: sequence, stage: 'shadow' as const, shadowPercent: sees ? 100 : 0, canaryPercent: 0, decidedBy: 'bench', reason: 'bench', key: String(sequence) };
        sequence = (await challenges.append(step)).sequence;
        while ((await database.servingState.count({ where: { projectId: project.id, challengeSequence: sequence } })) === 0) await new Promise((resolve) => { setTimeout(resolve, 100); });
      };
    },
    cpuSeconds: () => cpuSecondsOf(serving.pid),
    async stop() {
      agent.destroy();
      await serving.end('SIGTERM');
      await database.$disconnect();
      await fresh.drop();
      await services.stop();
    },
  };
}
