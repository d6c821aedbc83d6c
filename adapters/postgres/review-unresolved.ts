import { costOfDisagreement, type UnresolvedReason } from '../../domain/adjudication.ts';
import { eyesMaxDefault } from '../../domain/agreement.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Answer } from '../../domain/review.ts';
import type { DatabaseOrTransaction } from './connection.ts';

export async function answersTo(transaction: DatabaseOrTransaction, itemId: string): Promise<readonly Answer[]> {
  const rows = await transaction.annotation.findMany({ where: { reviewItemId: itemId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], select: { id: true, userId: true, kind: true, classId: true, withdraws: true } });
  return rows as Answer[];
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
