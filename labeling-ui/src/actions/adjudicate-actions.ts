import type { PaletteEntry } from '../features/review/shared.ts';
import type { Action } from './action.ts';

export type Verdict = { readonly kind: 'class'; readonly classId: number } | { readonly kind: 'unusable' };

/** What the actions of the adjudication page see and may do. */
export interface AdjudicateContext {
  readonly mayDecide: boolean;
  readonly canUndo: boolean;
  /** The different answers that were given, most given first. */
  readonly split: readonly { readonly kind: string; readonly classId: number | null }[];
  decide(verdict: Verdict): void;
  undo(): void;
  move(by: number): void;
  open(what: 'search' | 'help'): void;
}
export type AdjudicateAction = Action<AdjudicateContext>;

/** What a digit settles on: one of the answers that were given. */
export function verdictOf(split: AdjudicateContext['split'], digit: number): Verdict | null {
  const answer = split.filter((each) => each.kind === 'class' || each.kind === 'bad_image')[digit - 1];
  if (answer === undefined) return null;
  return answer.kind === 'class' && answer.classId !== null ? { kind: 'class', classId: answer.classId } : { kind: 'unusable' };
}

/** Everything an adjudicator can do, one key each. */
export function adjudicateActions(palette: readonly PaletteEntry[]): readonly AdjudicateAction[] {
  const may = ({ mayDecide }: AdjudicateContext): boolean => mayDecide;
  return [
    ...[1, 2, 3, 4, 5].map((digit): AdjudicateAction => ({
      id: `adjudicate-pick-${digit}`, label: 'action.adjudicate-pick', labelParams: { number: digit }, group: 'answer', keys: [`Digit${digit}`, `Numpad${digit}`],
      enabledWhen: (context) => context.mayDecide && verdictOf(context.split, digit) !== null,
      run: ({ split, decide }) => { const verdict = verdictOf(split, digit); if (verdict !== null) decide(verdict); },
    })),
    { id: 'adjudicate-search', label: 'action.search', group: 'answer', keys: ['[Shift]+/'], enabledWhen: may, run: ({ open }) => open('search') },
    ...palette.map(({ classId, name, key }): AdjudicateAction => ({ id: `adjudicate-class-${classId}`, label: 'action.class', labelParams: { name }, group: 'class', keys: key === null ? [] : [key], enabledWhen: may, run: ({ decide }) => decide({ kind: 'class', classId }) })),
    { id: 'adjudicate-unusable', label: 'action.unusable', group: 'answer', keys: ['b'], enabledWhen: may, run: ({ decide }) => decide({ kind: 'unusable' }) },
    { id: 'adjudicate-undo', label: 'action.undo', group: 'move', keys: ['$mod+z', 'Backspace'], enabledWhen: ({ canUndo }) => canUndo, run: ({ undo }) => undo() },
    { id: 'adjudicate-previous', label: 'action.previous', group: 'move', keys: ['ArrowUp', 'ArrowLeft'], enabledWhen: () => true, run: ({ move }) => move(-1) },
    { id: 'adjudicate-next', label: 'action.next', group: 'move', keys: ['ArrowDown', 'ArrowRight'], enabledWhen: () => true, run: ({ move }) => move(1) },
    { id: 'adjudicate-help', label: 'action.help', group: 'page', keys: ['[Shift]+?'], enabledWhen: () => true, run: ({ open }) => open('help') },
  ];
}
