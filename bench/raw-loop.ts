import { randomUUID } from 'node:crypto';
import pg from 'pg';
import sharp from 'sharp';
import { createOnnxSession, type OnnxSession } from '../adapters/onnx/session.ts';
import type { ObjectStore } from '../domain/ports.ts';
import { toHalfFloats } from '../domain/half-floats.ts';

/** What is spent on a number of pictures. */
export interface Spent { readonly cpuSeconds: number; readonly seconds: number }

/** The side that serving is held against: nothing but sharp and ONNX Runtime, set as they are fastest on this machine. */
export interface RawLoop {
  /** Decodes and infers; with `keep`, each batch is also stored before the next begins. */
  run(pictures: readonly Uint8Array[], keep?: (batch: readonly Uint8Array[], embeddings: Float32Array) => Promise<void>): Promise<Spent>;
  close(): Promise<void>;
}

const side = 224;
const batchSize = 4;

async function inputOf(jpeg: Uint8Array, into: Float32Array): Promise<void> {
  const data = await sharp(jpeg).autoOrient().resize(256, 256, { fit: 'cover', kernel: 'cubic' }).extract({ left: 16, top: 16, width: side, height: side }).removeAlpha().raw().toBuffer();
  const pixels = side * side;
  for (let pixel = 0; pixel < pixels; pixel += 1) for (let channel = 0; channel < 3; channel += 1) into[channel * pixels + pixel] = data[pixel * 3 + channel]! / 127.5 - 1;
}

/**
 * @param lanes batches under way at a time; one thread a run and a lane a core gave the most pictures a CPU-second: with
 *   more threads a run, ONNX Runtime's own wait for work by spinning
 */
export async function createRawLoop(model: Uint8Array, lanes: number): Promise<RawLoop> {
  sharp.concurrency(1);
  sharp.cache(false);
  const session: OnnxSession = await createOnnxSession(model, { threads: 1, inputSize: [3, side, side] });
  const values = 3 * side * side;
  async function batch(pictures: readonly Uint8Array[]): Promise<Float32Array> {
    const input = new Float32Array(pictures.length * values);
    await Promise.all(pictures.map((jpeg, at) => inputOf(jpeg, input.subarray(at * values, (at + 1) * values))));
    const { embedding } = await session.run(input, pictures.length, ['embedding', 'logits']);
    return embedding!.data;
  }
  return {
    async run(pictures, keep) {
      let next = 0;
      const [cpu, start] = [process.cpuUsage(), performance.now()];
      await Promise.all(Array.from({ length: lanes }, async () => {
        while (next < pictures.length) {
          const mine = pictures.slice(next, next += batchSize);
          const embeddings = await batch(mine);
          if (keep !== undefined) await keep(mine, embeddings);
        }
      }));
      const used = process.cpuUsage(cpu);
      return { cpuSeconds: (used.user + used.system) / 1e6, seconds: (performance.now() - start) / 1000 };
    },
    close: () => session.close(),
  };
}

/** Stores a batch as somebody would by hand: the pictures and one block of embeddings as objects, then the rows of all in one transaction. */
export function createRawKeeper(databaseUrl: string, store: ObjectStore, projectId: string) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  return {
    async keep(batch: readonly Uint8Array[], embeddings: Float32Array): Promise<void> {
      const width = embeddings.length / batch.length;
      const blockId = randomUUID();
      const block = { id: blockId, projectId, weightsDigest: 'raw', preprocessingDigest: 'raw', objectKey: `raw/${blockId}`, rows: batch.length, dimensions: width, sha256: '' };
      const rows = batch.map(() => ({ image: randomUUID(), arrival: randomUUID(), prediction: randomUUID() }));
      await Promise.all([
        store.put(block.objectKey, toHalfFloats(batch.map((_, at) => embeddings.subarray(at * width, (at + 1) * width)))),
        ...batch.map((jpeg, at) => store.put(`raw/${rows[at]!.image}`, jpeg)),
      ]);
      const client = await pool.connect();
      const insert = (table: string, records: readonly object[]): Promise<unknown> => {
        const names = Object.keys(records[0]!).map((name) => `"${name}"`).join(', ');
        return client.query({ name: table, text: `INSERT INTO "${table}" (${names}) SELECT ${names} FROM jsonb_populate_recordset(NULL::"${table}", $1::jsonb)`, values: [JSON.stringify(records)] });
      };
      try {
        await client.query('BEGIN');
        await insert('Image', rows.map(({ image }, at) => ({ id: image, projectId, sha256: image, objectKey: `raw/${image}`, byteSize: batch[at]!.byteLength, mediaType: 'image/jpeg', width: 1, height: 1, statistics: {}, perceptualHash: 0 })));
        await insert('Arrival', rows.map(({ image, arrival }) => ({ id: arrival, projectId, imageId: image, sentBy: 'raw', clientKey: arrival, receivedAt: new Date() })));
        await insert('EmbeddingBlock', [{ ...block, createdAt: new Date() }]);
        await insert('ImageEmbedding', rows.map(({ image }, offset) => ({ imageId: image, weightsDigest: 'raw', preprocessingDigest: 'raw', projectId, blockId, offset })));
        await insert('Prediction', rows.map(({ image, arrival, prediction }, blockOffset) => ({
          id: prediction, projectId, imageId: image, arrivalId: arrival, modelVersionId: randomUUID(), policyVersionId: randomUUID(), purpose: 'champion', probabilities: [0.9, 0.1], topClassId: 0,
          confidence: 0.9, rawScore: 0.9, margin: 0.8, blockId, blockOffset, audit: false, auditShare: 0.04, eventAt: new Date(), createdAt: new Date(),
        })));
        await insert('KeyedReply', rows.map(({ arrival, image }) => ({ client: 'raw', key: arrival, bodyHash: image, status: 200, reply: {}, createdAt: new Date() })));
        await client.query('COMMIT');
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
}
