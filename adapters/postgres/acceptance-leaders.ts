import { hashDistance } from '../../domain/flagging.ts';
import type { Acceptance, AcceptanceBatch } from '../../domain/ports-predictions.ts';
import type { PoolClient } from './connection.ts';

/** Waiting items of one camera that a new one is held against. */
const candidatesMax = 500;
/** Alike pictures of one camera that are a day or more apart are two occasions. */
const dayMs = 24 * 3600 * 1000;

export const hashOf = (acceptance: Acceptance): bigint => BigInt.asIntN(64, BigInt(`0x${acceptance.image.statistics.perceptualHash}`));

interface Copy { readonly id: string; readonly hash: bigint; readonly camera: string; readonly at: Date }

const leadersOfBursts = `SELECT "id", "burstKey" FROM "ReviewItem"
  WHERE "projectId" = $1::uuid AND "state" IN ('waiting', 'open') AND "standsFor" IS NULL AND "purpose" = 'flagged' AND "burstKey" = ANY($2::text[])`;
const waitingOfCameras = `SELECT DISTINCT ON (r."id") r."id", i."perceptualHash"::text AS hash, a."cameraId" AS camera, p."eventAt" AT TIME ZONE 'UTC' AS at
  FROM "ReviewItem" r JOIN "Image" i ON i."id" = r."imageId" JOIN "Prediction" p ON p."id" = r."predictionId" JOIN "Arrival" a ON a."id" = p."arrivalId"
  WHERE r."projectId" = $1::uuid AND r."state" IN ('waiting', 'open') AND r."standsFor" IS NULL AND r."purpose" = 'flagged'
    AND a."cameraId" = ANY($2::uuid[]) ORDER BY r."id" DESC LIMIT ${candidatesMax}`;

/**
 * Flagged images wait for a round; one of a burst or of near copies is asked about, the others stand behind it. Audit
 * items always stand for themselves.
 * @returns the item that is asked, by the id of the one that stands behind it
 */
export async function standingBehind(client: PoolClient, batch: AcceptanceBatch, cameraIds: ReadonlyMap<string, string>, receivedAt: Date): Promise<Map<string, string>> {
  const behind = new Map<string, string>();
  const flagged = batch.requests.flatMap(({ acceptances }) => acceptances.filter((each) => each.prediction?.item?.purpose === 'flagged'));
  if (flagged.length === 0) return behind;
  const cameraOf = ({ arrival }: Acceptance): string | null => (arrival.camera === null ? null : (cameraIds.get(arrival.camera) ?? null));
  const bursts = await burstsOf(client, batch, flagged);
  const copies = await copiesOf(client, batch, [...new Set(flagged.flatMap((each) => cameraOf(each) ?? []))]);
  for (const each of flagged) {
    const id = each.prediction?.item?.id as string;
    const { burstKey, capturedAt } = each.arrival;
    const [camera, at, hash] = [cameraOf(each), capturedAt ?? receivedAt, hashOf(each)];
    const isCopy = (copy: Copy): boolean => copy.camera === camera && Math.abs(copy.at.getTime() - at.getTime()) < dayMs && hashDistance(copy.hash, hash) <= batch.nearDuplicateBits;
    const leader = (burstKey === null ? undefined : bursts.get(burstKey)) ?? copies.find(isCopy)?.id;
    if (leader !== undefined) behind.set(id, leader);
    else {
      if (burstKey !== null) bursts.set(burstKey, id);
      if (camera !== null && batch.nearDuplicateBits >= 0) copies.push({ id, hash, camera, at });
    }
  }
  return behind;
}

async function burstsOf(client: PoolClient, { projectId }: AcceptanceBatch, flagged: readonly Acceptance[]): Promise<Map<string, string>> {
  const keys = [...new Set(flagged.flatMap(({ arrival }) => arrival.burstKey ?? []))];
  if (keys.length === 0) return new Map();
  const { rows } = await client.query<{ id: string; burstKey: string }>({ name: 'leaders-of-bursts', text: leadersOfBursts, values: [projectId, keys] });
  return new Map(rows.map((row) => [row.burstKey, row.id]));
}

async function copiesOf(client: PoolClient, { projectId, nearDuplicateBits }: AcceptanceBatch, cameras: readonly string[]): Promise<Copy[]> {
  if (nearDuplicateBits < 0 || cameras.length === 0) return [];
  const { rows } = await client.query<{ id: string; hash: string; camera: string; at: Date }>({ name: 'waiting-of-cameras', text: waitingOfCameras, values: [projectId, cameras] });
  return rows.map((row) => ({ ...row, hash: BigInt(row.hash) }));
}
