import { v7 as uuidv7 } from 'uuid';
import { PerennialError } from '../../domain/errors.ts';
import type { AcceptanceBatch, PredictionRecords } from '../../domain/ports-predictions.ts';
import { hashOf, standingBehind } from './acceptance-leaders.ts';
import { insertInto, insertRows, parametersOf, rowsOf } from './acceptance-rows.ts';
import type { Pool, PoolClient } from './connection.ts';

const selectReply = 'SELECT "bodyHash", "reply" FROM "KeyedReply" WHERE "client" = $1 AND "key" = $2';
const insertCameras = insertInto('Camera', ['id', 'projectId', 'name'], 1, ' ON CONFLICT DO NOTHING');
const insertImages = insertInto('Image', ['id', 'projectId', 'sha256', 'objectKey', 'byteSize', 'mediaType', 'width', 'height', 'statistics', 'perceptualHash'], 1, ' ON CONFLICT DO NOTHING');
/** What camera names and contents are called by id, and the database's time. */
const selectIds = `SELECT 'camera' AS kind, "name" AS name, "id" FROM "Camera" WHERE "projectId" = $1::uuid AND "name" = ANY($2::text[])
  UNION ALL SELECT 'image', "sha256", "id" FROM "Image" WHERE "projectId" = $1::uuid AND "sha256" = ANY($3::text[])
  UNION ALL SELECT 'now', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), NULL`;
const selectPrevious = `SELECT m.at - 1 AS at, a."burstKey", a."capturedAt" AT TIME ZONE 'UTC' AS "capturedAt"
  FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS m(camera, moment, at)
  JOIN "Camera" c ON c."projectId" = $1::uuid AND c."name" = m.camera
  CROSS JOIN LATERAL (SELECT "burstKey", "capturedAt" FROM "Arrival" WHERE "projectId" = $1::uuid AND "cameraId" = c."id" AND "burstKey" IS NOT NULL
    AND "capturedAt" <= m.moment::timestamp(3) AND "capturedAt" >= m.moment::timestamp(3) - make_interval(secs => $4) ORDER BY "capturedAt" DESC LIMIT 1) a`;

/** Images, arrivals, embeddings, predictions, flags and review items of the requests that came together, in one transaction. */
export function createPredictionRepository(pool: Pool): PredictionRecords {
  const replyTo: PredictionRecords['replyTo'] = async (client, key, bodyHash) => {
    const { rows: [row] } = await pool.query<{ bodyHash: string; reply: string }>({ name: 'keyed-reply', text: selectReply, values: [client, key] });
    if (row === undefined) return null;
    if (row.bodyHash !== bodyHash) throw new PerennialError('IDEMPOTENCY_KEY_REUSED');
    // Kept as text: what Postgres makes of JSON has its keys in another order.
    return JSON.parse(row.reply) as unknown;
  };
  return {
    replyTo,
    async accept(batch) {
      const [only, ...others] = batch.requests;
      if (only === undefined) return [];
      try {
        return await inTransaction(pool, (client) => write(client, batch));
      } catch (error) {
        if (others.length > 0) throw error;
        // Another process took the same request at the same time: its reply is the one.
        const stored = await replyTo(only.sentBy, only.key, only.bodyHash);
        if (stored === null) throw error;
        return [stored];
      }
    },
    async previousOf(projectId, moments, withinSeconds) {
      const found: ({ burstKey: string; capturedAt: Date } | null)[] = moments.map(() => null);
      if (moments.length === 0) return found;
      const values = [projectId, moments.map(({ camera }) => camera), moments.map(({ at }) => at.toISOString()), withinSeconds];
      const { rows } = await pool.query<{ at: string; burstKey: string; capturedAt: Date }>({ name: 'previous-of', text: selectPrevious, values });
      for (const { at, burstKey, capturedAt } of rows) found[Number(at)] = { burstKey, capturedAt };
      return found;
    },
  };
}

async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A connection that cannot even go back is not used again.
    await client.query('ROLLBACK').catch((cause: unknown) => { broken = cause instanceof Error ? cause : new Error(String(cause)); });
    throw error;
  } finally {
    client.release(broken);
  }
}

async function write(client: PoolClient, batch: AcceptanceBatch): Promise<readonly unknown[]> {
  const { imageIds, cameraIds, receivedAt } = await idsOf(client, batch);
  const standsFor = await standingBehind(client, batch, cameraIds, receivedAt);
  const told = batch.requests.map(({ reply }) => reply(imageIds, receivedAt));
  const rows = rowsOf(batch, { imageIds, cameraIds, receivedAt, standsFor, replies: told.map((each) => JSON.stringify(each)) });
  await client.query({ name: 'insert-acceptances', text: insertRows, values: parametersOf(rows) });
  return told;
}

/**
 * The same bytes again are the same image, the same name the same camera: what is there keeps its id. Rows go in by order
 * of their names, so that two processes that bring the same ones wait for each other instead of both being stopped.
 */
async function idsOf(client: PoolClient, { projectId, requests }: AcceptanceBatch) {
  const acceptances = requests.flatMap((request) => request.acceptances);
  const names = [...new Set(acceptances.flatMap(({ arrival }) => arrival.camera ?? []))].toSorted();
  const first = new Map(acceptances.toReversed().map((each) => [each.image.sha256, each]));
  const hashes = [...first.keys()].toSorted();
  if (names.length > 0) {
    await client.query({ name: 'insert-cameras', text: insertCameras, values: [JSON.stringify(names.map((name) => ({ id: uuidv7(), projectId, name })))] });
  }
  if (hashes.length > 0) {
    const images = hashes.flatMap((hash) => first.get(hash) ?? []).map((each) => ({ ...each.image, projectId, perceptualHash: String(hashOf(each)) }));
    await client.query({ name: 'insert-images', text: insertImages, values: [JSON.stringify(images)] });
  }
  // A statement of its own: only now does it see what another transaction has just committed.
  const { rows } = await client.query<{ kind: string; name: string; id: string }>({ name: 'acceptance-ids', text: selectIds, values: [projectId, names, hashes] });
  const idsOfKind = (kind: string): Map<string, string> => new Map(rows.flatMap((row) => (row.kind === kind ? [[row.name, row.id]] : [])));
  const now = rows.find(({ kind }) => kind === 'now')?.name;
  if (now === undefined) throw new Error('Postgres did not tell the time');
  return { imageIds: idsOfKind('image'), cameraIds: idsOfKind('camera'), receivedAt: new Date(now) };
}
