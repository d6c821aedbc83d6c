import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import getPort from 'get-port';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../adapters/postgres/connection.ts';
import { encodeHead } from '../domain/head-file.ts';
import { defaultPolicy, type Policy } from '../domain/policy.ts';
import type { Head, ObjectStore } from '../domain/ports.ts';
import { canonicalPreprocessing, type Preprocessing } from '../domain/preprocessing.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export interface ServingProcess {
  readonly url: string;
  readonly pid: number;
  /** What it wrote, for the message of a failed test. */
  readonly output: () => string;
  /** Ends it and says with which code (null: by the signal). */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** Starts the real bin/serve.ts and waits until it is ready. */
export async function startServing(environment: Readonly<Record<string, string>>): Promise<ServingProcess> {
  const port = await getPort();
  let output = '';
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'bin', 'serve.ts')], {
    cwd: root, env: { PATH: process.env['PATH'], LOG_LEVEL: 'warn', ...environment, SERVING_PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => { output += text.toString(); });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries += 1) {
    if (child.exitCode !== null || tries > 300) throw new Error(`serving did not get ready:\n${output}`);
    const ready = await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false);
    if (ready) break;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  return {
    url, pid: child.pid ?? 0, output: () => output,
    async end(signal) {
      child.kill(signal);
      return (await ended)[0];
    },
  };
}

/** A project with two classes, a policy and an engineer's key. */
export async function makeProject(database: Database, policy: Policy = defaultPolicy): Promise<{ id: string; slug: string; secret: string; classSetId: string }> {
  const [id, classSetId] = [uuidv7(), uuidv7()];
  const slug = `p-${id.slice(-12)}`;
  const secret = `prn_${randomBytes(32).toString('base64url')}`;
  await database.project.create({ data: { id, slug, name: slug } });
  await database.classSet.create({ data: { id: classSetId, projectId: id, version: 1, classes: [{ classId: 0, name: 'badger' }, { classId: 1, name: 'fox' }], createdBy: 'test' } });
  await database.policyVersion.create({ data: { id: uuidv7(), projectId: id, version: 1, policy: policy as object, createdBy: 'test' } });
  await database.apiKey.create({ data: { id: uuidv7(), projectId: id, name: 'test', role: 'engineer', hash: createHash('sha256').update(secret).digest('hex'), prefix: 'prn_test' } });
  return { id, slug, secret, classSetId };
}

interface StoredModel { readonly head: Head; readonly backboneKey: string; readonly weightsDigest: string; readonly preprocessing: Preprocessing; readonly number: number }

/** Stores a head and records the version it belongs to. */
export async function storeVersion(deps: { database: Database; store: ObjectStore }, project: { id: string; classSetId: string }, model: StoredModel): Promise<string> {
  const id = uuidv7();
  const headKey = `projects/${project.id}/heads/${id}`;
  await deps.store.put(headKey, encodeHead(model.head));
  const preprocessingDigest = createHash('sha256').update(canonicalPreprocessing(model.preprocessing)).digest('hex');
  await deps.database.modelVersion.create({
    data: {
      id, projectId: project.id, number: model.number, kind: 'light', key: `head-${model.number}`, classSetId: project.classSetId, backboneDigest: model.weightsDigest,
      backboneKey: model.backboneKey, preprocessing: model.preprocessing as object, preprocessingDigest, headKey, dimensions: model.head.dimensions,
    },
  });
  return id;
}

/** Stores a head and makes the version it belongs to the champion. */
export async function promoteHead(deps: { database: Database; store: ObjectStore }, project: { id: string; classSetId: string }, model: StoredModel): Promise<string> {
  const id = await storeVersion(deps, project, model);
  await deps.database.promotion.create({ data: { id: uuidv7(), projectId: project.id, sequence: model.number, kind: model.number === 1 ? 'first' : 'promotion', toId: id, reason: 'test', decidedBy: 'test', key: `promote-${model.number}` } });
  return id;
}
