import { v7 as uuidv7 } from 'uuid';
import type { DisputeRecords } from '../../domain/ports-review.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import { hiddenImage } from './image-visibility.ts';
import { holdLabels } from './label-records.ts';
import { inTransaction } from './review-shared.ts';

/** Labels that a model disputes: each becomes an item for an adjudicator, once. */
export function createLabelDisputes(database: Database): DisputeRecords {
  return {
    async labelsStanding(projectId, imageIds) {
      // What an adjudicator decided, what measures people or models, and what was disputed before is not disputed.
      const rows = await database.$queryRaw<{ imageId: string; labelId: string }[]>`
        SELECT l."imageId"::text, l."id"::text AS "labelId" FROM "Label" l
        WHERE l."projectId" = ${projectId}::uuid AND l."imageId" = ANY(${[...imageIds]}::uuid[]) AND l."kind" = 'class' AND l."regionId" IS NULL AND NOT l."audit" AND l."source" <> 'adjudication'
          AND NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = l."id") AND NOT EXISTS (SELECT 1 FROM "LabelDispute" d WHERE d."labelId" = l."id")
          AND NOT EXISTS (SELECT 1 FROM "HoldoutMember" h WHERE h."imageId" = l."imageId" AND h."projectId" = l."projectId" AND h."retiredAt" IS NULL)
          AND NOT EXISTS (SELECT 1 FROM "GoldImage" g WHERE g."imageId" = l."imageId" AND g."retiredAt" IS NULL) AND NOT ${hiddenImage('l."imageId"')}`;
      return new Map(rows.map((row) => [row.imageId, row.labelId]));
    },
    dispute: (request) => inTransaction(database, (transaction) => dispute(transaction, request)),
  };
}

async function dispute(transaction: DatabaseOrTransaction, { projectId, modelVersionId, disputes }: Parameters<DisputeRecords['dispute']>[0]): ReturnType<DisputeRecords['dispute']> {
  if (disputes.length === 0) return 0;
  await holdLabels(transaction, projectId);
  // Changed or disputed since they were read: a step that is run again finds its own disputes here.
  const still = await transaction.$queryRaw<{ id: string }[]>`
    SELECT l."id"::text AS id FROM "Label" l WHERE l."id" = ANY(${disputes.map((each) => each.labelId)}::uuid[]) AND NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = l."id") AND NOT EXISTS (SELECT 1 FROM "LabelDispute" d WHERE d."labelId" = l."id")`;
  const open = new Set(still.map((each) => each.id));
  const made = disputes.filter((each) => open.has(each.labelId)).map((each) => ({ each, itemId: uuidv7() }));
  await transaction.reviewItem.createMany({ data: made.map(({ each, itemId }) => ({ id: itemId, projectId, imageId: each.imageId, purpose: 'dispute', blind: false, value: each.cost, state: 'unresolved', unresolvedWhy: 'label_dispute' })) });
  await transaction.labelDispute.createMany({ data: made.map(({ each: { imageId, labelId, classId, probability, labelProbability }, itemId }) => ({ id: uuidv7(), projectId, imageId, labelId, modelVersionId, classId, probability, labelProbability, reviewItemId: itemId })) });
  return made.length;
}
