import { costOfDisagreement, type UnresolvedReason } from '../../domain/adjudication.ts';
import { eyesMaxDefault } from '../../domain/agreement.ts';
import { type ClassChange, mergesOf, splitClasses } from '../../domain/class-changes.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Answer } from '../../domain/review.ts';
import type { DatabaseOrTransaction } from './connection.ts';

/**
 * All annotations of an item, as they read today: merged classes are what they became, and a class that was split says nothing. One
 * statement, for it is on the way of every answer.
 */
export async function answersTo(transaction: DatabaseOrTransaction, item: { id: string; projectId: string }): Promise<readonly Answer[]> {
  const rows = await transaction.$queryRaw<(Answer & { changes: ClassChange[] | null })[]>`
    SELECT a."id"::text, a."userId", a."kind", a."classId", a."withdraws"::text,
           (SELECT jsonb_agg(jsonb_build_object('kind', c."kind", 'from', c."from", 'into', c."into") ORDER BY c."createdAt", c."id") FROM "ClassChange" c WHERE c."projectId" = ${item.projectId}::uuid AND c."kind" IN ('merge', 'split')) AS "changes"
    FROM "Annotation" a WHERE a."reviewItemId" = ${item.id}::uuid ORDER BY a."createdAt", a."id"`;
  const read = readerOfToday(rows[0]?.changes ?? []);
  return rows.map(({ changes: _changes, ...answer }) => answer).flatMap(read);
}

function readerOfToday(changes: readonly ClassChange[]): (answer: Answer) => Answer[] {
  if (changes.length === 0) return (answer) => [answer];
  const [merges, split] = [mergesOf(changes), splitClasses(changes)];
  return (answer) => {
    const classId = answer.classId === null ? null : (merges.get(answer.classId) ?? answer.classId);
    return classId !== null && split.has(classId) ? [] : [{ ...answer, classId }];
  };
}

/** What of the newest policy matters here. Policies of before a field was there have its default. */
export async function reviewPolicy(transaction: DatabaseOrTransaction, projectId: string): Promise<{ costs: Policy['costs']; eyesMax: number }> {
  const row = await transaction.policyVersion.findFirst({ where: { projectId }, orderBy: { version: 'desc' }, select: { policy: true } });
  const policy = row?.policy as Pick<Policy, 'costs'> & { review?: { eyesMax?: number } } | undefined;
  return { costs: policy?.costs ?? {}, eyesMax: policy?.review?.eyesMax ?? eyesMaxDefault };
}

/** For an adjudicator, with what a wrong label would cost: the queue is in that order. */
export async function leaveUnresolved(transaction: DatabaseOrTransaction, item: { id: string; projectId: string }, why: UnresolvedReason, answers: readonly Answer[]): Promise<void> {
  const cost = costOfDisagreement((await reviewPolicy(transaction, item.projectId)).costs, answers);
  await transaction.reviewItem.update({ where: { id: item.id }, data: { state: 'unresolved', settledAt: null, unresolvedWhy: why, value: cost, leasedBy: null, leaseExpiresAt: null } });
}
