// P1: images per CPU-second of serving (JPEG in, durable answer out) beside a raw decode-and-infer loop, in one run.
// node bench/serving.ts --backbone FILE [--images 200] [--side 640x480]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { draw } from '../adapters/images/testing/pictures.ts';
import { createMinioStore } from '../adapters/object-store/minio-store.ts';
import { modelFiles } from '../adapters/onnx/model-files.ts';
import { createOnnxBackbone } from '../adapters/onnx/onnx-backbone.ts';
import { createDatabase } from '../adapters/postgres/connection.ts';
import { prepareTemplate, createFreshDatabase } from '../testing/fresh-database.ts';
import { makeProject, promoteHead, startServing } from '../testing/serving-process.ts';
import { startTestServices } from '../testing/services.ts';

const { values } = parseArgs({ options: { backbone: { type: 'string' }, images: { type: 'string', default: '200' }, concurrency: { type: 'string', default: '16' } } });
if (values.backbone === undefined) throw new Error('--backbone FILE is needed: the ONNX file of the default backbone');
const count = Number(values.images);
const concurrency = Number(values.concurrency);
const bytes = new Uint8Array(readFileSync(values.backbone));
const facts = modelFiles.facts(bytes);
const ticksASecond = 100;

/** CPU-seconds of a process so far, all threads. */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksASecond;
}

/** Each picture differs in one byte of its end, so that each is a new image at the same cost. */
const variant = (jpeg: Uint8Array, at: number): Uint8Array<ArrayBuffer> => new Uint8Array([...jpeg, at & 255, (at >> 8) & 255, (at >> 16) & 255]);

async function inParallel(work: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: concurrency }, async () => {
    for (let at = next++; at < count; at = next++) await work(at);
  }));
}

interface Figures { readonly cpuSeconds: number; readonly seconds: number }

/** Nothing but sharp and ONNX Runtime, two pictures under way at a time. */
async function raw(jpeg: Uint8Array): Promise<Figures> {
  sharp.concurrency(1);
  const backbone = await createOnnxBackbone(bytes, { threads: 2 });
  const input = async (): Promise<Float32Array> => {
    const { data } = await sharp(jpeg).autoOrient().resize(256, 256, { fit: 'cover', kernel: 'cubic' }).extract({ left: 16, top: 16, width: 224, height: 224 }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const values = new Float32Array(3 * 224 * 224);
    for (let pixel = 0; pixel < 224 * 224; pixel += 1) for (let channel = 0; channel < 3; channel += 1) values[channel * 224 * 224 + pixel] = data[pixel * 3 + channel]! / 127.5 - 1;
    return values;
  };
  await backbone.run([await input()]);
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  let decoded = Promise.all(Array.from({ length: 4 }, input));
  for (let done = 0; done < count; done += 4) {
    const batch = await decoded;
    decoded = Promise.all(Array.from({ length: 4 }, input));
    await backbone.run(batch);
  }
  const used = process.cpuUsage(cpu);
  const figures = { cpuSeconds: (used.user + used.system) / 1e6, seconds: (performance.now() - start) / 1000 };
  await decoded;
  await backbone.close();
  return figures;
}

const services = await startTestServices(['postgres', 'object-store']);
try {
  const template = await prepareTemplate(services.env['MIGRATION_DATABASE_URL']!, 'prisma/migrations');
  const fresh = await createFreshDatabase({ ...services.env, PERENNIAL_TEST_TEMPLATE: template.name });
  const database = createDatabase(fresh.databaseUrl);
  const { env } = services;
  const store = createMinioStore({ endpoint: env['S3_ENDPOINT']!, accessKey: env['S3_ACCESS_KEY']!, secretKey: env['S3_SECRET_KEY']!, bucket: env['S3_BUCKET']! });
  const backboneKey = `backbones/${facts.weightsDigest}.onnx`;
  await store.put(backboneKey, bytes);
  const serving = await startServing({ ...env, DATABASE_URL: fresh.databaseUrl, PERENNIAL_CACHE_DIR: '.perennial/cache' });
  const project = await makeProject(database);
  const head = { classIds: [0, 1], dimensions: 1280, weights: new Float32Array(2560).map((_, at) => Math.sin(at)), bias: new Float32Array(2), temperature: 1, normalise: 'l2' as const, centroids: null };
  await promoteHead({ database, store }, project, { head, backboneKey, weightsDigest: facts.weightsDigest, preprocessing: facts.preprocessing, number: 1 });
  let key = 0;
  const post = async (jpeg: Uint8Array<ArrayBuffer>): Promise<void> => {
    const answer = await fetch(`${serving.url}/v1/projects/${project.slug}/predictions?camera=c${key % 7}`, { method: 'POST', body: jpeg, headers: { authorization: `Bearer ${project.secret}`, 'idempotency-key': `b${key += 1}` } });
    if (!answer.ok) throw new Error(await answer.text());
    await answer.arrayBuffer();
  };
  const report: unknown[] = [];
  for (const [width, height] of [[227, 227], [640, 480], [2400, 1700]] as const) {
    const jpeg = await draw(width, height).jpeg({ quality: 90 }).toBuffer();
    for (let warm = 0; warm < 10; warm += 1) await post(variant(jpeg, 1e6 + warm));
    const [cpu, start] = [cpuSecondsOf(serving.pid), performance.now()];
    await inParallel((at) => post(variant(jpeg, at)));
    const ours: Figures = { cpuSeconds: cpuSecondsOf(serving.pid) - cpu, seconds: (performance.now() - start) / 1000 };
    const loop = await raw(jpeg);
    const row = {
      size: `${width}x${height}`, images: count, 'ours per CPU-second': +(count / ours.cpuSeconds).toFixed(1), 'raw per CPU-second': +(count / loop.cpuSeconds).toFixed(1),
      ratio: +(loop.cpuSeconds / ours.cpuSeconds).toFixed(2), 'ours per second': +(count / ours.seconds).toFixed(1), 'raw per second': +(count / loop.seconds).toFixed(1),
    };
    report.push(row);
  }
  console.table(report);
  console.log(JSON.stringify({ figure: 'P1', target: 'ratio ≥ 0.9', report }));
  await serving.end('SIGTERM');
  await database.$disconnect();
  await fresh.drop();
} finally {
  await services.stop();
}
