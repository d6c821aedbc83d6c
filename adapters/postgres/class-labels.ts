import { v7 as uuidv7 } from 'uuid';
import type { DatabaseOrTransaction } from './connection.ts';
import { hiddenImage } from './image-visibility.ts';
import { appendLabels, type CurrentLabel, type NewLabel } from './label-records.ts';

export interface LabelOfClass extends CurrentLabel { readonly audit: boolean; readonly blind: boolean }

/** What asking again about an image of a split class is worth: more than a doubt of the model, as the label was taken away. */
const askAgainValue = 1.5;
const rowsAtOnce = 2_000;

/** Labels that hold and name one of the classes. */
export const labelsOfClasses = (transaction: DatabaseOrTransaction, projectId: string, classIds: readonly number[]): Promise<LabelOfClass[]> => transaction.$queryRaw<LabelOfClass[]>`
  SELECT l."id"::text, l."imageId"::text, l."kind", l."classId", l."source", l."reviewItemId"::text, l."propagatedFrom"::text, l."createdAt", l."audit", l."blind" FROM "Label" l
  WHERE l."projectId" = ${projectId}::uuid AND l."kind" = 'class' AND l."regionId" IS NULL AND l."classId" = ANY(${[...classIds]}::int[]) AND NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = l."id") ORDER BY l."id"`;

/** Labels follow their class by new records that point back; with no class they are taken back. What they were made by, and whether they are of the audit sample, stays with them. */
export async function moveLabels(transaction: DatabaseOrTransaction, projectId: string, by: string, moves: readonly { label: LabelOfClass; classId: number | null }[]): Promise<void> {
  const labels = moves.map(({ label, classId }): NewLabel => ({
    imageId: label.imageId, ...(classId === null ? { kind: 'withdrawn', classId: null } : { kind: 'class', classId }), source: 'class_change', reviewItemId: label.reviewItemId, audit: label.audit, blind: label.blind, supersedes: label,
  }));
  for (let from = 0; from < labels.length; from += rowsAtOnce) await appendLabels(transaction, projectId, by, labels.slice(from, from + rowsAtOnce));
}

/**
 * Images whose label was taken back are asked about again, each by a new item: the old one was answered. It takes the prediction over, and
 * with it how probable an audit image was to be drawn. Hidden pictures are not asked about. @returns how many items were made
 */
export async function askAgain(transaction: DatabaseOrTransaction, projectId: string, labels: readonly LabelOfClass[]): Promise<number> {
  if (labels.length === 0) return 0;
  const images = await transaction.$queryRaw<{ imageId: string }[]>`SELECT w.id::text AS "imageId" FROM unnest(${labels.map((each) => each.imageId)}::uuid[]) AS w(id) WHERE NOT ${hiddenImage('w.id')}`;
  const asked = new Set(images.map((each) => each.imageId));
  const old = await transaction.reviewItem.findMany({ where: { projectId, id: { in: labels.flatMap((each) => each.reviewItemId ?? []) } }, select: { id: true, predictionId: true, burstKey: true } });
  const byId = new Map(old.map((each) => [each.id, each]));
  const data = labels.filter((label) => asked.has(label.imageId)).map((label) => {
    const before = label.reviewItemId === null ? undefined : byId.get(label.reviewItemId);
    return { id: uuidv7(), projectId, imageId: label.imageId, predictionId: before?.predictionId ?? null, purpose: label.audit ? 'audit' : 'flagged', blind: label.blind || label.audit, value: askAgainValue, burstKey: before?.burstKey ?? null, state: 'waiting' };
  });
  // One item a prediction: the old one lets go of it first.
  const taken = new Set(data.flatMap((each) => each.predictionId ?? []));
  await transaction.reviewItem.updateMany({ where: { id: { in: old.filter((each) => each.predictionId !== null && taken.has(each.predictionId)).map((each) => each.id) } }, data: { predictionId: null } });
  for (let from = 0; from < data.length; from += rowsAtOnce) await transaction.reviewItem.createMany({ data: data.slice(from, from + rowsAtOnce) });
  return data.length;
}
