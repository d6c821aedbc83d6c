/** What a person may answer to a review item; `withdrawal` takes an earlier answer back. */
export type AnnotationKind = 'class' | 'unsure' | 'bad_image' | 'not_in_list' | 'person' | 'skip';

/** waiting: flagged, not asked yet · open: asked in a round · settled · unresolved: for an adjudicator · passed_over: not worth asking any more. */
export type ReviewItemState = 'waiting' | 'open' | 'settled' | 'unresolved' | 'passed_over';

/** One annotator's answer to one item. */
export interface Answer {
  readonly id: string;
  readonly userId: string;
  readonly kind: AnnotationKind | 'withdrawal';
  readonly classId: number | null;
  /** The annotation that a withdrawal takes back. */
  readonly withdraws: string | null;
}

/** What is accepted about an image: a class, or that it teaches nothing. */
export type Verdict = { readonly kind: 'class'; readonly classId: number } | { readonly kind: 'unusable'; readonly classId: null };

/** Answers that hold: neither withdrawals nor what they took back. */
export function effectiveAnswers(answers: readonly Answer[]): readonly Answer[] {
  const withdrawn = new Set(answers.flatMap((each) => each.withdraws ?? []));
  return answers.filter((each) => each.kind !== 'withdrawal' && !withdrawn.has(each.id));
}

/** What an answer says about the image; null where it says nothing. A person in the picture makes it unusable for training. */
export function verdictOf({ kind, classId }: Pick<Answer, 'kind' | 'classId'>): Verdict | null {
  if (kind === 'class') return classId === null ? null : { kind, classId };
  return kind === 'bad_image' || kind === 'person' ? { kind: 'unusable', classId: null } : null;
}

/** An annotation may be taken back this long after it was made, and as long as its round is open. */
export const withdrawalMinutes = 10;
