import { v7 as uuidv7 } from 'uuid';
import { type Decision, decideItem } from '../../domain/agreement.ts';
import type { Answer } from '../../domain/review.ts';
import type { DatabaseOrTransaction } from './connection.ts';
import { itemSettled, tellRound } from './outbox-repository.ts';
import type { ItemRow } from './review-items.ts';
import { labelItem } from './review-labels.ts';
import { databaseNow } from './review-shared.ts';
import { answersTo, leaveUnresolved, reviewPolicy } from './review-unresolved.ts';

/** What the answers to an item amount to now, and what follows from it: its state, its label, and word to its round. */
export async function decideAndApply(transaction: DatabaseOrTransaction, item: ItemRow): Promise<Decision> {
  const answers = await answersTo(transaction, item);
  const decision = await decide(transaction, item, answers);
  if (decision.state === 'open') return decision;
  if (decision.state === 'unresolved') await leaveUnresolved(transaction, item, decision.why, answers);
  else await settle(transaction, item);
  // The label of a gold item is known: the answer measures the person and teaches nothing.
  if (decision.state === 'settled' && item.purpose !== 'gold') await labelItem(transaction, item, decision.verdict, { by: decision.decisive.userId, source: 'review', annotationId: decision.decisive.id });
  if (decision.state === 'unresolved') await tellRound(transaction, item.projectId, item.roundId);
  return decision;
}

/** Settled, with word to its round: one statement, for it is on the way of nearly every answer. */
async function settle(transaction: DatabaseOrTransaction, { id, projectId, roundId }: ItemRow): Promise<void> {
  await transaction.$executeRaw`
    WITH settled AS (UPDATE "ReviewItem" SET "state" = 'settled', "settledAt" = ${databaseNow} WHERE "id" = ${id}::uuid)
    INSERT INTO "Outbox" ("id", "projectId", "kind", "subject", "createdAt") SELECT ${uuidv7()}::uuid, ${projectId}::uuid, ${itemSettled}, ${roundId}::text, ${databaseNow} WHERE ${roundId}::text IS NOT NULL`;
}

async function decide(transaction: DatabaseOrTransaction, item: ItemRow, answers: readonly Answer[]): Promise<Decision> {
  const first = decideItem(answers, item.answersWanted, Infinity, Infinity);
  if (item.purpose === 'gold') return goldDecision(first, answers);
  // The policy, and who else there is, are asked only where they matter.
  return first.state === 'open' ? decideItem(answers, item.answersWanted, await othersLeft(transaction, item), (await reviewPolicy(transaction, item.projectId)).eyesMax) : first;
}

/** One person answers a gold item once, whatever the answer is: there is nothing to find out about the image. */
function goldDecision(first: Decision, answers: readonly Answer[]): Decision {
  const last = answers.findLast((each) => each.kind !== 'withdrawal');
  if (first.state === 'settled' || last === undefined) return first;
  return { state: 'settled', verdict: { kind: 'unusable', classId: null }, decisive: last };
}

/**
 * People of the project who have not answered this item, and annotators' keys that answered something within a day. Keys that operate the
 * project (the machine's command line among them), and keys that nobody answers with, never come: counted, they would keep a round open till its deadline.
 */
async function othersLeft(transaction: DatabaseOrTransaction, { id, projectId }: ItemRow): Promise<number> {
  const [row] = await transaction.$queryRaw<{ others: number }[]>`
    SELECT count(*)::int AS others FROM (
      SELECT m."userId" AS "who" FROM "Membership" m JOIN "User" u ON u."id" = m."userId" WHERE m."projectId" = ${projectId}::uuid AND u."disabledAt" IS NULL
      UNION SELECT k."id"::text FROM "ApiKey" k WHERE k."projectId" = ${projectId}::uuid AND k."revokedAt" IS NULL AND k."role" = 'annotator'
        AND EXISTS (SELECT 1 FROM "Annotation" r WHERE r."projectId" = ${projectId}::uuid AND r."userId" = k."id"::text AND r."createdAt" > ${databaseNow} - interval '1 day')
    ) able WHERE NOT EXISTS (SELECT 1 FROM "Annotation" a WHERE a."reviewItemId" = ${id}::uuid AND a."userId" = able."who" AND a."kind" <> 'withdrawal'
                               AND NOT EXISTS (SELECT 1 FROM "Annotation" w WHERE w."withdraws" = a."id"))`;
  return row?.others ?? 0;
}
