import { v7 as uuidv7 } from 'uuid';
import type { WaitingItem } from '../../domain/collecting.ts';
import { shareOf } from '../../domain/splits.ts';
import type { DatabaseOrTransaction } from './connection.ts';
import { hiddenImage } from './image-visibility.ts';

/**
 * Gold items for a round of ordinary ones, `share` of them on average: those asked least come first. They are blind and wait like any
 * other; the round strews them. An id holds the time it was made: each borrows that of an ordinary item, so that it does not tell them apart.
 */
export async function makeGoldItems(transaction: DatabaseOrTransaction, projectId: string, { key, share, ordinary }: { key: string; share: number; ordinary: readonly WaitingItem[] }): Promise<readonly WaitingItem[]> {
  const wanted = Math.floor(share * ordinary.length + shareOf(`gold/${key}`));
  if (wanted === 0) return [];
  const images = await transaction.$queryRaw<{ imageId: string }[]>`
    SELECT g."imageId"::text FROM "GoldImage" g WHERE g."projectId" = ${projectId}::uuid AND g."retiredAt" IS NULL AND NOT ${hiddenImage('g."imageId"')}
      AND NOT EXISTS (SELECT 1 FROM "ReviewItem" o WHERE o."imageId" = g."imageId" AND o."state" IN ('open', 'waiting'))
    ORDER BY (SELECT count(*) FROM "ReviewItem" i WHERE i."imageId" = g."imageId" AND i."purpose" = 'gold'), g."id" LIMIT ${wanted}`;
  const made = images.map(({ imageId }, at) => ({ id: uuidv7({ msecs: madeAt(ordinary[Math.floor(shareOf(`${key}/${at}`) * ordinary.length)]?.id) }), imageId }));
  await transaction.reviewItem.createMany({ data: made.map(({ id, imageId }) => ({ id, projectId, imageId, purpose: 'gold', blind: true, value: 0, state: 'waiting', answersWanted: 1 })) });
  return made.map(({ id }) => ({ id, purpose: 'gold', value: 0, burstKey: null, topClassId: null }));
}

/** The milliseconds in a UUIDv7. */
const madeAt = (id: string | undefined): number => (id === undefined ? Date.now() : Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16));
