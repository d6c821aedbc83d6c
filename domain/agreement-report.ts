import { cohenKappa, krippendorffAlpha } from '../statistics/agreement.ts';
import { dawidSkene } from '../statistics/dawid-skene.ts';
import { wilson } from '../statistics/proportion.ts';

/** Stands for "unusable" among the class ids, which are ≥ 0. */
export const unusableAnswer = -1;

/** One person's answer to one item: a class id, or `unusableAnswer`. */
export interface GivenAnswer {
  readonly itemId: string;
  readonly userId: string;
  readonly answer: number;
  /** The known class, where the item is a gold one. */
  readonly gold: number | null;
}

export interface AgreementReport {
  readonly items: number;
  readonly people: number;
  readonly alpha: number | null;
  readonly perClass: readonly { readonly classId: number; readonly items: number; readonly alpha: number | null }[];
  readonly pairs: readonly { readonly first: string; readonly second: string; readonly items: number; readonly share: number; readonly kappa: number | null }[];
  readonly confusions: readonly { readonly firstId: number; readonly secondId: number; readonly items: number }[];
  readonly annotators: readonly {
    readonly userId: string; readonly answers: number; readonly reliability: number | null;
    readonly gold: { readonly asked: number; readonly right: number; readonly low: number; readonly high: number } | null;
    readonly byClass: readonly { readonly classId: number; readonly right: number; readonly weight: number }[];
  }[];
}

/** Right answers each person is thought to have given beforehand, for each class: two agreeing answers alone make nobody perfect. */
const prior = 1;
/** Answers of a class, weighed by how probable it is the true one, from which something is said of it. */
const weightMin = 5;

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/**
 * How far people match over items that two or more answered: alpha over all and for each class against the rest, kappa of each two
 * people, which classes are mixed up, and how reliable each person is without the truth being known; on gold items, where it is known.
 */
export function agreementReport(given: readonly GivenAnswer[]): AgreementReport {
  const ordinary = given.filter((each) => each.gold === null);
  const items = [...Map.groupBy(ordinary, (each) => each.itemId).values()].filter((answers) => new Set(answers.map((each) => each.userId)).size > 1);
  const people = [...new Set(items.flat().map((each) => each.userId))].toSorted((a, b) => (a < b ? -1 : 1));
  const classes = [...new Set(items.flat().map((each) => each.answer))].toSorted((a, b) => a - b);
  return {
    items: items.length, people: people.length, alpha: finite(krippendorffAlpha(items.map((answers) => answers.map((each) => each.answer)))),
    perClass: classes.filter((classId) => classId !== unusableAnswer).map((classId) => {
      const own = items.filter((answers) => answers.some((each) => each.answer === classId));
      return { classId, items: own.length, alpha: finite(krippendorffAlpha(items.map((answers) => answers.map((each) => (each.answer === classId ? 1 : 0))))) };
    }),
    pairs: pairsOf(items, people), confusions: confusionsOf(items), annotators: annotatorsOf(given, items, people, classes),
  };
}

function pairsOf(items: readonly (readonly GivenAnswer[])[], people: readonly string[]): AgreementReport['pairs'] {
  const answersOf = items.map((answers) => new Map(answers.map((each) => [each.userId, each.answer])));
  return people.flatMap((first, at) => people.slice(at + 1).flatMap((second) => {
    const both = answersOf.filter((answers) => answers.has(first) && answers.has(second)).map((answers) => [answers.get(first) as number, answers.get(second) as number] as const);
    if (both.length === 0) return [];
    return [{ first, second, items: both.length, share: both.filter(([a, b]) => a === b).length / both.length, kappa: finite(cohenKappa(both.map(([a]) => a), both.map(([, b]) => b))) }];
  }));
}

function confusionsOf(items: readonly (readonly GivenAnswer[])[]): AgreementReport['confusions'] {
  const counts = new Map<string, { firstId: number; secondId: number; items: number }>();
  for (const answers of items) {
    const different = [...new Set(answers.map((each) => each.answer))].filter((each) => each !== unusableAnswer).toSorted((a, b) => a - b);
    different.forEach((firstId, at) => different.slice(at + 1).forEach((secondId) => {
      const key = `${firstId}/${secondId}`;
      counts.set(key, { firstId, secondId, items: (counts.get(key)?.items ?? 0) + 1 });
    }));
  }
  return [...counts.values()].toSorted((a, b) => b.items - a.items || a.firstId - b.firstId || a.secondId - b.secondId);
}

function annotatorsOf(given: readonly GivenAnswer[], items: readonly (readonly GivenAnswer[])[], people: readonly string[], classes: readonly number[]): AgreementReport['annotators'] {
  const [raters, answers] = [new Map(people.map((id, at) => [id, at])), new Map(classes.map((id, at) => [id, at]))];
  const rated = items.flatMap((own, item) => own.map((each) => ({ item, rater: raters.get(each.userId) as number, answer: answers.get(each.answer) as number })));
  const found = items.length === 0 || classes.length < 2 ? null : dawidSkene(rated, { items: items.length, raters: people.length, answers: classes.length, prior, iterationsMax: 200, tolerance: 1e-7 });
  const everybody = [...new Set(given.map((each) => each.userId))].toSorted((a, b) => (a < b ? -1 : 1));
  return everybody.map((userId) => {
    const rater = raters.get(userId);
    const confusion = rater === undefined ? undefined : found?.confusion[rater];
    const weights = classes.map((_, at) => rated.filter((each) => each.rater === rater).reduce((sum, each) => sum + (found?.truth[each.item]?.[at] ?? 0), 0));
    const gold = given.filter((each) => each.userId === userId && each.gold !== null);
    const right = gold.filter((each) => each.answer === each.gold).length;
    const interval = wilson(right, gold.length);
    return {
      userId, answers: given.filter((each) => each.userId === userId && each.gold === null).length,
      reliability: confusion === undefined || found === null ? null : Math.min(1, confusion.reduce((sum, row, at) => sum + (found.prevalence[at] ?? 0) * (row[at] ?? 0), 0)),
      gold: gold.length === 0 ? null : { asked: gold.length, right, low: interval.lower, high: interval.upper },
      byClass: confusion === undefined ? [] : classes.flatMap((classId, at) => ((weights[at] ?? 0) < weightMin || classId === unusableAnswer ? [] : [{ classId, right: confusion[at]?.[at] ?? 0, weight: weights[at] ?? 0 }])),
    };
  });
}
