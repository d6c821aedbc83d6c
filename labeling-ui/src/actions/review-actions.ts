import type { ReviewItemReply } from '../../../contracts/reviews.ts';
import type { Decision } from '../features/review/save-queue.ts';
import type { PaletteEntry } from '../features/review/palette.ts';
import type { Action } from './action.ts';

/** What the actions of the review page see and may do. */
export interface ReviewContext {
  readonly item: ReviewItemReply | null;
  readonly palette: readonly PaletteEntry[];
  readonly lastDecision: Decision | null;
  /** Whether the image has been seen, see viewer/states. */
  readonly mayDecide: boolean;
  readonly canUndo: boolean;
  readonly canGo: { readonly back: boolean; readonly on: boolean };
  decide(decision: Decision): void;
  undo(): void;
  move(by: number): void;
  toggleZoom(): void;
  open(what: 'search' | 'help' | 'comment'): void;
}
export type ReviewAction = Action<ReviewContext>;

const canAnswer = ({ item, mayDecide }: ReviewContext): boolean => item !== null && mayDecide;

/** What a digit answers: the model's top five, or on a blind item the fixed palette, so that a digit gives nothing away. */
export function digitAnswer({ item, palette }: Pick<ReviewContext, 'item' | 'palette'>, digit: number): { classId: number; name: string } | null {
  if (item === null) return null;
  return (item.prediction === null ? palette : item.prediction.top)[digit - 1] ?? null;
}

const plain = (id: 'unsure' | 'bad-image' | 'not-in-list' | 'person' | 'skip', key: string, kind: Exclude<Decision['kind'], 'class'>): ReviewAction => ({
  id, label: `action.${id}`, group: 'answer', keys: [key], enabledWhen: canAnswer, run: ({ decide }) => decide({ kind }),
});

const pick = (digit: number): ReviewAction => ({
  id: `pick-${digit}`, label: 'action.pick', labelParams: { number: digit }, group: 'answer', keys: [`Digit${digit}`, `Numpad${digit}`],
  enabledWhen: (context) => canAnswer(context) && digitAnswer(context, digit) !== null,
  run: (context) => {
    const answer = digitAnswer(context, digit);
    if (answer !== null) context.decide({ kind: 'class', classId: answer.classId });
  },
});

const fixed: readonly ReviewAction[] = [
  {
    id: 'accept', label: 'action.accept', group: 'answer', keys: ['Space', 'Enter', 'NumpadEnter'],
    enabledWhen: (context) => canAnswer(context) && (context.item?.prediction?.top.length ?? 0) > 0,
    run: ({ item, decide }) => {
      const top = item?.prediction?.top[0];
      if (top !== undefined) decide({ kind: 'class', classId: top.classId });
    },
  },
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map(pick),
  {
    id: 'repeat', label: 'action.repeat', group: 'answer', keys: ['r'], enabledWhen: (context) => canAnswer(context) && context.lastDecision !== null,
    run: ({ lastDecision, decide }) => { if (lastDecision !== null) decide(lastDecision); },
  },
  plain('unsure', 'u', 'unsure'), plain('not-in-list', 'n', 'not_in_list'), plain('bad-image', 'b', 'bad_image'), plain('person', 'p', 'person'), plain('skip', 's', 'skip'),
  { id: 'search', label: 'action.search', group: 'answer', keys: ['[Shift]+/'], enabledWhen: canAnswer, run: ({ open }) => open('search') },
  { id: 'comment', label: 'action.comment', group: 'answer', keys: ['c'], enabledWhen: canAnswer, run: ({ open }) => open('comment') },
  { id: 'undo', label: 'action.undo', group: 'move', keys: ['$mod+z', 'Backspace'], enabledWhen: ({ canUndo }) => canUndo, run: ({ undo }) => undo() },
  { id: 'previous', label: 'action.previous', group: 'move', keys: ['ArrowLeft'], enabledWhen: ({ canGo }) => canGo.back, run: ({ move }) => move(-1) },
  { id: 'next', label: 'action.next', group: 'move', keys: ['ArrowRight'], enabledWhen: ({ canGo }) => canGo.on, run: ({ move }) => move(1) },
  { id: 'zoom', label: 'action.zoom', group: 'look', keys: ['z'], enabledWhen: ({ item }) => item !== null, run: ({ toggleZoom }) => toggleZoom() },
  { id: 'help', label: 'action.help', group: 'look', keys: ['[Shift]+?'], enabledWhen: () => true, run: ({ open }) => open('help') },
];

/** The whole table: what is always there, and one action for each class. */
export function reviewActions(palette: readonly PaletteEntry[]): readonly ReviewAction[] {
  return [...fixed, ...palette.map(({ classId, name, key }): ReviewAction => ({
    id: `class-${classId}`, label: 'action.class', labelParams: { name }, group: 'class', keys: key === null ? [] : [key], enabledWhen: canAnswer, run: ({ decide }) => decide({ kind: 'class', classId }),
  }))];
}
