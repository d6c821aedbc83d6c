import { type Decision, decideItem } from '../../domain/agreement.ts';
import type { Answer, Verdict } from '../../domain/review.ts';
import type { DatabaseOrTransaction } from './connection.ts';
import { appendLabels, type CurrentLabel, type NewLabel } from './label-records.ts';
import { databaseNow } from './review-shared.ts';
import { leaveUnresolved } from './review-unresolved.ts';

export interface SettledItem { readonly id: string; readonly projectId: string; readonly imageId: string; readonly purpose: string; readonly blind: boolean }

/** A frame that stands behind an item, with what people said of the frame itself. */
export interface Follower { readonly id: string; readonly imageId: string; readonly answers: readonly (Answer & { propagatedFrom: string | null })[] }

/** Frames behind an item that are not decided yet, most worth asking about first. */
export async function followersOf(transaction: DatabaseOrTransaction, item: SettledItem): Promise<readonly Follower[]> {
  const rows = await transaction.reviewItem.findMany({ where: { projectId: item.projectId, standsFor: item.id, state: { in: ['waiting', 'open'] } }, orderBy: [{ value: 'desc' }, { id: 'asc' }], select: { id: true, imageId: true } });
  const given = rows.length === 0 ? [] : await transaction.annotation.findMany({
    where: { reviewItemId: { in: rows.map((each) => each.id) } }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], select: { id: true, userId: true, kind: true, classId: true, withdraws: true, propagatedFrom: true, reviewItemId: true },
  });
  const byItem = Map.groupBy(given, (each) => each.reviewItemId);
  return rows.map((row) => ({ ...row, answers: (byItem.get(row.id) ?? []) as unknown as Follower['answers'] }));
}

interface Settling {
  readonly item: SettledItem;
  readonly verdict: Verdict;
  readonly labelId: string;
  readonly by: string;
  readonly followers: readonly Follower[];
  readonly current: ReadonlyMap<string, CurrentLabel>;
}

/**
 * What becomes of the frames once their item is decided. A frame that people answered themselves gets what most of them said, and an
 * adjudicator where they differ. The others get the item's class, where they have no label of their own; an unusable image says nothing
 * about the next frame, which may be sharp: one of them is asked in its place.
 */
export async function settleFollowers(transaction: DatabaseOrTransaction, settling: Settling): Promise<void> {
  const { item, verdict, followers } = settling;
  const decided = followers.map((follower) => ({ follower, decision: ofOneself(follower) }));
  const answered = decided.filter(({ decision }) => decision !== null);
  const silent = decided.flatMap(({ follower, decision }) => (decision === null ? [follower] : []));
  const spread = verdict.kind === 'class' ? silent.map((follower) => ({ follower, verdict: verdict as Verdict, own: null as string | null })) : [];
  const own = answered.flatMap(({ follower, decision }) => (decision?.state === 'settled' ? [{ follower, verdict: decision.verdict, own: ownAnswer(follower, decision) }] : []));
  await appendLabels(transaction, item.projectId, settling.by, labelsFor(settling, [...own, ...spread]));
  const settled = [...own, ...spread].map(({ follower }) => follower.id);
  await transaction.$executeRaw`UPDATE "ReviewItem" SET "state" = 'settled', "settledAt" = ${databaseNow} WHERE "id" = ANY(${settled}::uuid[])`;
  for (const { follower, decision } of answered) {
    if (decision?.state === 'unresolved') await leaveUnresolved(transaction, { id: follower.id, projectId: item.projectId }, decision.why, follower.answers);
  }
  if (verdict.kind === 'unusable') await chooseAnotherLeader(transaction, silent.map((each) => each.id));
}

/** What people said of the frame itself; null where they said nothing. Who was unsure leaves it open: it is asked about by itself later. */
function ofOneself({ answers }: Follower): Decision | null {
  return answers.length === 0 ? null : emptyAsNull(decideItem(answers, 1, Infinity, 1), answers);
}
const emptyAsNull = (decision: Decision, answers: readonly Answer[]): Decision | null => {
  const taken = new Set(answers.flatMap((each) => each.withdraws ?? []));
  return decision.state === 'open' && answers.every((each) => each.kind === 'withdrawal' || taken.has(each.id)) ? null : decision;
};

/** The answer somebody gave to this frame by itself, where that is what decided it; null where it was spread. */
function ownAnswer({ answers }: Follower, decision: Extract<Decision, { state: 'settled' }>): string | null {
  const taken = new Set(answers.flatMap((each) => each.withdraws ?? []));
  const same = answers.filter((each) => each.kind === decision.decisive.kind && each.classId === decision.decisive.classId && !taken.has(each.id));
  return same.find((each) => each.propagatedFrom === null)?.id ?? null;
}

function labelsFor({ item, labelId, current }: Settling, given: readonly { follower: Follower; verdict: Verdict; own: string | null }[]): NewLabel[] {
  // The same picture may stand behind an item twice: it gets one label.
  const byImage = new Map(given.filter(({ follower }) => follower.imageId !== item.imageId).map((each) => [each.follower.imageId, each]));
  return [...byImage.values()].flatMap(({ follower: { id, imageId }, verdict, own }): NewLabel[] => {
    const now = current.get(imageId);
    if (own !== null) return [{ imageId, ...verdict, source: 'review', reviewItemId: id, annotationId: own, supersedes: now ?? null }];
    return isFree(now) ? [{ imageId, ...verdict, source: 'propagated', reviewItemId: id, propagatedFrom: labelId, supersedes: now ?? null }] : [];
  });
}

const isFree = (label: CurrentLabel | undefined): boolean => label === undefined || label.kind === 'withdrawn' || label.source === 'propagated';

async function chooseAnotherLeader(transaction: DatabaseOrTransaction, [leader, ...rest]: readonly string[]): Promise<void> {
  if (leader === undefined) return;
  await transaction.reviewItem.update({ where: { id: leader }, data: { standsFor: null } });
  await transaction.reviewItem.updateMany({ where: { id: { in: rest } }, data: { standsFor: leader } });
}
