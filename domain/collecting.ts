import { shareOf } from './splits.ts';

/** A flagged item that waits to be asked about. */
export interface WaitingItem {
  readonly id: string;
  readonly purpose: 'audit' | 'flagged' | 'gold';
  /** What asking is worth; ≥ 0. */
  readonly value: number;
  readonly burstKey: string | null;
  readonly topClassId: number | null;
}

/** Values at least this share of the best of their band count as close. */
const closeShare = 0.9;

const hourMs = 3_600_000;

/** Answers that annotators give in so many hours at their own pace, in items that want so many answers each on average. Null: no limit, or no pace is known yet. */
export function itemsInHours(hoursMax: number | null, answerMs: number | null, { overlap, overlapShare }: { overlap: number; overlapShare: number }): number | null {
  if (hoursMax === null || answerMs === null || answerMs <= 0) return null;
  return Math.floor((hoursMax * hourMs) / (answerMs * (1 + (overlap - 1) * overlapShare)) + 1e-9);
}

/**
 * How many flagged items a round may ask about beside its audit items.
 * @param arrived images predicted since the last round was opened
 * @param audit audit items that wait; they are always asked, and count
 * @param itemsMax the caller's limit, null for none
 */
export function roundBudget(limits: { itemsMax: number; shareMax: number }, arrived: number, audit: number, itemsMax: number | null): number {
  const most = Math.min(limits.itemsMax, itemsMax ?? Infinity, Math.floor(limits.shareMax * arrived + 1e-9));
  return Math.max(0, most - audit);
}

/**
 * Which items a round asks about, in the order asked: all audit items, and flagged ones by value under the budget. Where
 * values are close, bursts and predicted classes take turns, so that a round is not forty frames of one fox. Audit and gold
 * items, and the easy ones where the policy wants some, are strewn evenly among the flagged ones: the former by a hash of their ids: a place in the round tells nobody which is which.
 */
export function chooseItems(waiting: readonly WaitingItem[], budget: number, easyShare = 0): readonly WaitingItem[] {
  const strewn = waiting.filter((each) => each.purpose !== 'flagged');
  const flagged = waiting.filter((each) => each.purpose === 'flagged').toSorted((a, b) => b.value - a.value || (a.id < b.id ? -1 : 1));
  const count = Math.min(budget, flagged.length);
  const easyCount = Math.floor(count * easyShare + 1e-9);
  const hard = inTurns(flagged.slice(0, flagged.length - easyCount)).slice(0, count - easyCount);
  const easy = flagged.slice(flagged.length - easyCount);
  const evenly = (items: readonly WaitingItem[]) => items.map((item, at) => ({ item, at: (at + 0.5) / items.length }));
  const placed = [
    ...evenly(hard), ...evenly(easy),
    ...strewn.map((item) => ({ item, at: shareOf(`place/${item.id}`) })),
  ];
  return placed.toSorted((a, b) => a.at - b.at || (a.item.id < b.item.id ? -1 : 1)).map(({ item }) => item);
}

function inTurns(byValue: readonly WaitingItem[]): WaitingItem[] {
  const turns: WaitingItem[] = [];
  for (let from = 0; from < byValue.length;) {
    const floor = (byValue[from]?.value ?? 0) * closeShare;
    const end = byValue.findIndex((each, at) => at > from && each.value < floor);
    const band = byValue.slice(from, end < 0 ? undefined : end);
    turns.push(...bandInTurns(band));
    from += band.length;
  }
  return turns;
}

function bandInTurns(band: readonly WaitingItem[]): WaitingItem[] {
  const [bursts, classes] = [new Map<string, number>(), new Map<string, number>()];
  const nth = (seen: Map<string, number>, key: string): number => {
    const turn = seen.get(key) ?? 0;
    seen.set(key, turn + 1);
    return turn;
  };
  // The first frame of every burst before the second of any; within that, classes take turns.
  const rounds = [...Map.groupBy(band, (each) => nth(bursts, each.burstKey ?? each.id))].toSorted(([a], [b]) => a - b);
  return rounds.flatMap(([, frames]) => {
    classes.clear();
    return frames.map((item) => ({ item, turn: nth(classes, String(item.topClassId)) })).toSorted((a, b) => a.turn - b.turn).map(({ item }) => item);
  });
}
