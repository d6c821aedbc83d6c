import { v7 as uuidv7 } from 'uuid';
import { PerennialError } from '../../domain/errors.ts';
import { hashDistance } from '../../domain/flagging.ts';
import type { Acceptance, AcceptanceBatch, PredictionRecords } from '../../domain/ports-predictions.ts';
import { Prisma } from './client/client.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';

const hashOf = (acceptance: Acceptance): bigint => BigInt.asIntN(64, BigInt(`0x${acceptance.image.statistics.perceptualHash}`));
const isUniqueClash = (error: unknown): boolean => error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
/** Waiting items of one camera that a new one is held against. */
const candidatesMax = 500;
/** Alike pictures of one camera that are a day or more apart are two occasions. */
const dayMs = 24 * 3600 * 1000;

/** Images, arrivals, embeddings, predictions, flags and review items of one request, in one transaction. */
export function createPredictionRepository(database: Database): PredictionRecords {
  const replyTo: PredictionRecords['replyTo'] = async (client, key, bodyHash) => {
    const row = await database.keyedReply.findUnique({ where: { client_key: { client, key } } });
    if (row === null) return null;
    if (row.bodyHash !== bodyHash) throw new PerennialError('IDEMPOTENCY_KEY_REUSED');
    // Kept as text: what Postgres makes of JSON has its keys in another order.
    return JSON.parse(row.reply as string) as unknown;
  };
  return {
    replyTo,
    async accept(batch) {
      for (let tries = 0; ; tries += 1) {
        try {
          return await database.$transaction((transaction) => write(transaction, batch), { timeout: 30_000, maxWait: 10_000 });
        } catch (error) {
          const stored = await replyTo(batch.sentBy, batch.key, batch.bodyHash);
          if (stored !== null) return stored;
          // Two requests brought the same new image or camera at once: the second finds it on its second try.
          if (!isUniqueClash(error) || tries === 3) throw error;
        }
      }
    },
    async previousOf(projectId, camera, before, withinSeconds) {
      const row = await database.camera.findUnique({ where: { projectId_name: { projectId, name: camera } }, select: { id: true } });
      if (row === null) return null;
      const arrival = await database.arrival.findFirst({
        where: { projectId, cameraId: row.id, burstKey: { not: null }, capturedAt: { lte: before, gte: new Date(before.getTime() - withinSeconds * 1000) } },
        orderBy: { capturedAt: 'desc' }, select: { burstKey: true, capturedAt: true },
      });
      return arrival?.burstKey == null || arrival.capturedAt === null ? null : { burstKey: arrival.burstKey, capturedAt: arrival.capturedAt };
    },
  };
}

async function write(transaction: DatabaseOrTransaction, batch: AcceptanceBatch): Promise<unknown> {
  const { projectId, acceptances } = batch;
  const receivedAt = new Date();
  const cameras = await cameraIds(transaction, projectId, acceptances);
  const imageIds = await imageIdsOf(transaction, projectId, acceptances);
  const idOf = (acceptance: Acceptance): string => imageIds.get(acceptance.image.sha256) as string;
  const cameraOf = ({ arrival }: Acceptance): string | null => (arrival.camera === null ? null : (cameras.get(arrival.camera) ?? null));
  if (batch.refused.length > 0) {
    await transaction.refusedImage.createMany({ data: batch.refused.map((each) => ({ ...each, projectId, sentBy: batch.sentBy })) });
  }
  await transaction.arrival.createMany({
    data: acceptances.map((each) => {
      const { camera: _name, ...arrival } = each.arrival;
      return { ...arrival, projectId, imageId: idOf(each), cameraId: cameraOf(each), sentBy: batch.sentBy, clientKey: batch.key, receivedAt };
    }),
  });
  if (batch.block !== null) await writeEmbeddings(transaction, batch, batch.block, idOf);
  await writePredictions(transaction, batch, idOf, receivedAt);
  await writeItems(transaction, batch, idOf, cameraOf, receivedAt);
  const reply = JSON.stringify(batch.reply(imageIds, receivedAt));
  await transaction.keyedReply.create({ data: { client: batch.sentBy, key: batch.key, bodyHash: batch.bodyHash, status: 200, reply } });
  return JSON.parse(reply) as unknown;
}

async function cameraIds(transaction: DatabaseOrTransaction, projectId: string, acceptances: readonly Acceptance[]): Promise<Map<string, string>> {
  const names = [...new Set(acceptances.flatMap(({ arrival }) => arrival.camera ?? []))];
  if (names.length === 0) return new Map();
  await transaction.camera.createMany({ data: names.map((name) => ({ id: uuidv7(), projectId, name })), skipDuplicates: true });
  const rows = await transaction.camera.findMany({ where: { projectId, name: { in: names } }, select: { id: true, name: true } });
  return new Map(rows.map((row) => [row.name, row.id]));
}

/** The same bytes again are the same image: what is there keeps its id. */
async function imageIdsOf(transaction: DatabaseOrTransaction, projectId: string, acceptances: readonly Acceptance[]): Promise<Map<string, string>> {
  const first = new Map(acceptances.map((each) => [each.image.sha256, each]));
  await transaction.image.createMany({
    data: [...first.values()].map((each) => ({ ...each.image, statistics: each.image.statistics as unknown as Prisma.InputJsonObject, projectId, perceptualHash: hashOf(each) })),
    skipDuplicates: true,
  });
  const rows = await transaction.image.findMany({ where: { projectId, sha256: { in: [...first.keys()] } }, select: { id: true, sha256: true } });
  return new Map(rows.map((row) => [row.sha256, row.id]));
}

async function writeEmbeddings(transaction: DatabaseOrTransaction, batch: AcceptanceBatch, block: NonNullable<AcceptanceBatch['block']>, idOf: (acceptance: Acceptance) => string): Promise<void> {
  const { projectId, acceptances } = batch;
  await transaction.embeddingBlock.create({ data: { ...block, projectId } });
  await transaction.imageEmbedding.createMany({
    data: acceptances.map((each) => ({
      imageId: idOf(each), weightsDigest: block.weightsDigest, preprocessingDigest: block.preprocessingDigest, projectId, blockId: block.id, offset: each.embedding.row,
    })),
    skipDuplicates: true,
  });
}

async function writePredictions(transaction: DatabaseOrTransaction, batch: AcceptanceBatch, idOf: (acceptance: Acceptance) => string, receivedAt: Date): Promise<void> {
  const { projectId } = batch;
  const predicted = batch.acceptances.flatMap((each) => (each.prediction === null ? [] : [{ each, prediction: each.prediction }]));
  await transaction.prediction.createMany({
    data: predicted.map(({ each, prediction: { flags: _flags, item: _item, probabilities, ...prediction } }) => ({
      ...prediction, probabilities: [...probabilities], projectId, imageId: idOf(each), arrivalId: each.arrival.id,
      blockId: each.embedding.blockId, blockOffset: each.embedding.row, eventAt: each.arrival.capturedAt ?? receivedAt,
    })),
  });
  await transaction.flag.createMany({ data: predicted.flatMap(({ prediction }) => prediction.flags.map((flag) => ({ id: uuidv7(), projectId, predictionId: prediction.id, ...flag }))) });
}

/** Flagged images wait for a round; one of a burst or of near copies is asked about, the others stand behind it. Audit items always stand for themselves. */
async function writeItems(transaction: DatabaseOrTransaction, batch: AcceptanceBatch, idOf: (acceptance: Acceptance) => string, cameraOf: (acceptance: Acceptance) => string | null, receivedAt: Date): Promise<void> {
  const flagged = batch.acceptances.filter((each) => each.prediction?.item != null);
  const leaders = await leadersOf(transaction, batch, flagged, cameraOf, receivedAt);
  const data: Prisma.ReviewItemCreateManyInput[] = [];
  for (const each of flagged) {
    const item = each.prediction?.item;
    if (item == null) continue;
    const standsFor = item.purpose === 'audit' ? null : leaders.leaderOf(each);
    if (item.purpose === 'flagged' && standsFor === null) leaders.lead(each, item.id);
    data.push({ ...item, projectId: batch.projectId, imageId: idOf(each), predictionId: each.prediction?.id ?? null, burstKey: each.arrival.burstKey, standsFor, state: 'waiting' });
  }
  await transaction.reviewItem.createMany({ data });
}

async function leadersOf(transaction: DatabaseOrTransaction, batch: AcceptanceBatch, flagged: readonly Acceptance[], cameraOf: (acceptance: Acceptance) => string | null, receivedAt: Date) {
  const timeOf = (each: Acceptance): Date => each.arrival.capturedAt ?? receivedAt;
  const bursts = new Map<string, string>();
  const copies: { id: string; hash: bigint; camera: string; at: Date }[] = [];
  const keys = [...new Set(flagged.flatMap(({ arrival }) => arrival.burstKey ?? []))];
  const open = { projectId: batch.projectId, state: { in: ['waiting', 'open'] }, standsFor: null, purpose: 'flagged' };
  for (const row of await transaction.reviewItem.findMany({ where: { ...open, burstKey: { in: keys } }, select: { id: true, burstKey: true } })) if (row.burstKey !== null) bursts.set(row.burstKey, row.id);
  const cameras = [...new Set(flagged.flatMap((each) => cameraOf(each) ?? []))];
  if (batch.nearDuplicateBits >= 0 && cameras.length > 0) {
    const rows = await transaction.$queryRaw<{ id: string; hash: bigint; camera: string; at: Date }[]>`
      SELECT DISTINCT ON (r."id") r."id"::text AS id, i."perceptualHash" AS hash, a."cameraId"::text AS camera, p."eventAt" AS at
      FROM "ReviewItem" r JOIN "Image" i ON i."id" = r."imageId" JOIN "Prediction" p ON p."id" = r."predictionId" JOIN "Arrival" a ON a."id" = p."arrivalId"
      WHERE r."projectId" = ${batch.projectId}::uuid AND r."state" IN ('waiting', 'open') AND r."standsFor" IS NULL AND r."purpose" = 'flagged'
        AND a."cameraId" = ANY(${cameras}::uuid[]) ORDER BY r."id" DESC LIMIT ${candidatesMax}`;
    copies.push(...rows);
  }
  return {
    leaderOf(each: Acceptance): string | null {
      const ofBurst = each.arrival.burstKey === null ? undefined : bursts.get(each.arrival.burstKey);
      if (ofBurst !== undefined) return ofBurst;
      const camera = cameraOf(each);
      return copies.find((copy) => copy.camera === camera && Math.abs(copy.at.getTime() - timeOf(each).getTime()) < dayMs && hashDistance(copy.hash, hashOf(each)) <= batch.nearDuplicateBits)?.id ?? null;
    },
    lead(each: Acceptance, id: string): void {
      if (each.arrival.burstKey !== null) bursts.set(each.arrival.burstKey, id);
      const camera = cameraOf(each);
      if (camera !== null && batch.nearDuplicateBits >= 0) copies.push({ id, hash: hashOf(each), camera, at: timeOf(each) });
    },
  };
}
