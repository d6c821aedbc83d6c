import type { ReviewItemReply } from '../../../contracts/reviews.ts';
import type { PaletteEntry } from '../features/review/palette.ts';
import type { Macro } from '../features/review/preferences.ts';
import type { Decision } from '../features/review/save-queue.ts';
import type { LightKnob } from '../viewer/light.ts';
import type { Action } from './action.ts';

export const reviewViews = ['single', 'burst', 'grid'] as const;
export type ReviewView = (typeof reviewViews)[number];
export type ReviewDialog = 'search' | 'commands' | 'help' | 'comment' | 'macros' | 'not-in-list';

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
  /** To the first image of the next or previous burst. */
  moveBurst(direction: 1 | -1): void;
  /** Where a burst is shown whole: the next label goes to the frame at hand alone. */
  readonly mayExcept: boolean;
  toggleException(): void;
  /** Shows what differs from the frame before or after; the same again shows the image as it is. */
  against(direction: 1 | -1): void;
  readonly view: ReviewView;
  show(view: ReviewView): void;
  toggleZoom(): void;
  toggleMagnifier(): void;
  toggleLight(): void;
  /** Shows where in the picture the model sees the class that it named. */
  toggleActivation(): void;
  turnLight(knob: LightKnob, by: number): void;
  resetLight(): void;
  open(what: ReviewDialog): void;
}
export type ReviewAction = Action<ReviewContext>;

const canAnswer = ({ item, mayDecide }: ReviewContext): boolean => item !== null && mayDecide;
const hasImage = ({ item }: ReviewContext): boolean => item !== null;

/** What a digit answers: the model's top five, or on a blind item the fixed palette, so that a digit gives nothing away. */
export function digitAnswer({ item, palette }: Pick<ReviewContext, 'item' | 'palette'>, digit: number): { classId: number; name: string } | null {
  if (item === null) return null;
  return (item.prediction === null ? palette : item.prediction.top)[digit - 1] ?? null;
}

const plain = (id: 'unsure' | 'bad-image' | 'person' | 'skip', key: string, kind: Exclude<Decision['kind'], 'class'>): ReviewAction => ({
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

const lightStep = 0.1;
const turn = (id: `${LightKnob}-${'up' | 'down'}`, key: string, knob: LightKnob, by: number): ReviewAction => ({
  id, label: `action.${id}`, group: 'look', keys: [`[Shift]+${key}`], enabledWhen: hasImage, run: ({ turnLight }) => turnLight(knob, by),
});

const answering: readonly ReviewAction[] = [
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
  plain('unsure', 'u', 'unsure'),
  // Asks for the name that is missing; Enter alone answers without one.
  { id: 'not-in-list', label: 'action.not-in-list', group: 'answer', keys: ['n'], enabledWhen: canAnswer, run: ({ open }) => open('not-in-list') },
  plain('bad-image', 'b', 'bad_image'), plain('person', 'p', 'person'), plain('skip', 's', 'skip'),
  { id: 'search', label: 'action.search', group: 'answer', keys: ['[Shift]+/'], enabledWhen: canAnswer, run: ({ open }) => open('search') },
  { id: 'comment', label: 'action.comment', group: 'answer', keys: ['c'], enabledWhen: canAnswer, run: ({ open }) => open('comment') },
];

const moving: readonly ReviewAction[] = [
  { id: 'undo', label: 'action.undo', group: 'move', keys: ['$mod+z', 'Backspace'], enabledWhen: ({ canUndo }) => canUndo, run: ({ undo }) => undo() },
  { id: 'previous', label: 'action.previous', group: 'move', keys: ['ArrowLeft', 'PageUp'], enabledWhen: ({ canGo }) => canGo.back, run: ({ move }) => move(-1) },
  { id: 'next', label: 'action.next', group: 'move', keys: ['ArrowRight', 'PageDown'], enabledWhen: ({ canGo }) => canGo.on, run: ({ move }) => move(1) },
  { id: 'previous-burst', label: 'action.previous-burst', group: 'move', keys: ['Shift+ArrowLeft'], enabledWhen: ({ canGo }) => canGo.back, run: ({ moveBurst }) => moveBurst(-1) },
  { id: 'next-burst', label: 'action.next-burst', group: 'move', keys: ['Shift+ArrowRight'], enabledWhen: ({ canGo }) => canGo.on, run: ({ moveBurst }) => moveBurst(1) },
];

const looking: readonly ReviewAction[] = [
  { id: 'except', label: 'action.except', group: 'answer', keys: ['x'], enabledWhen: ({ mayExcept }) => mayExcept, run: ({ toggleException }) => toggleException() },
  { id: 'zoom', label: 'action.zoom', group: 'look', keys: ['z'], enabledWhen: hasImage, run: ({ toggleZoom }) => toggleZoom() },
  { id: 'magnifier', label: 'action.magnifier', group: 'look', keys: ['m'], enabledWhen: hasImage, run: ({ toggleMagnifier }) => toggleMagnifier() },
  { id: 'activation', label: 'action.activation', group: 'look', keys: ['w'], enabledWhen: ({ item }) => item !== null && item.prediction !== null, run: ({ toggleActivation }) => toggleActivation() },
  { id: 'light', label: 'action.light', group: 'look', keys: ['l'], enabledWhen: hasImage, run: ({ toggleLight }) => toggleLight() },
  { id: 'against-previous', label: 'action.against-previous', group: 'look', keys: ['ArrowUp'], enabledWhen: hasImage, run: ({ against }) => against(-1) },
  { id: 'against-next', label: 'action.against-next', group: 'look', keys: ['ArrowDown'], enabledWhen: hasImage, run: ({ against }) => against(1) },
  turn('brightness-down', '[', 'brightness', -lightStep), turn('brightness-up', ']', 'brightness', lightStep),
  turn('contrast-down', ';', 'contrast', -lightStep), turn('contrast-up', "'", 'contrast', lightStep),
  turn('gamma-down', ',', 'gamma', -lightStep), turn('gamma-up', '.', 'gamma', lightStep),
  { id: 'light-reset', label: 'action.light-reset', group: 'look', keys: ['[Shift]+\\'], enabledWhen: hasImage, run: ({ resetLight }) => resetLight() },
];

/** The three ways to look, the same on each of them. */
export const viewActions: readonly Action<Pick<ReviewContext, 'view' | 'show'>>[] = reviewViews.map((view, at) => ({
  id: `view-${view}`, label: `action.view-${view}`, group: 'page', keys: [`Alt+Digit${at + 1}`], enabledWhen: (context) => context.view !== view, run: ({ show }) => show(view),
}));

const ofPage: readonly ReviewAction[] = [
  ...viewActions,
  { id: 'commands', label: 'action.commands', group: 'page', keys: ['$mod+k'], enabledWhen: () => true, run: ({ open }) => open('commands') },
  { id: 'help', label: 'action.help', group: 'page', keys: ['[Shift]+?'], enabledWhen: () => true, run: ({ open }) => open('help') },
  { id: 'macros', label: 'action.macros', group: 'page', keys: [], enabledWhen: () => true, run: ({ open }) => open('macros') },
];

/** The whole table: what is always there, one action for each class, one for each of the person's macros. */
export function reviewActions(palette: readonly PaletteEntry[], macros: readonly Macro[] = []): readonly ReviewAction[] {
  return [
    ...answering,
    ...palette.map(({ classId, name, key }): ReviewAction => ({
      id: `class-${classId}`, label: 'action.class', labelParams: { name }, group: 'class', keys: key === null ? [] : [key], enabledWhen: canAnswer, run: ({ decide }) => decide({ kind: 'class', classId }),
    })),
    ...macros.map(({ id, name, key, decision }): ReviewAction => ({
      id: `macro-${id}`, label: 'action.macro', labelParams: { name }, group: 'macro', keys: key === null ? [] : [key],
      // A macro about a class that is gone answers nothing.
      enabledWhen: (context) => canAnswer(context) && (decision.kind !== 'class' || context.palette.some((entry) => entry.classId === decision.classId)),
      run: ({ decide }) => decide(decision),
    })),
    ...moving, ...looking, ...ofPage,
  ];
}
