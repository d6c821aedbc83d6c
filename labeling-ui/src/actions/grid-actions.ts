import type { PaletteEntry } from '../features/review/palette.ts';
import type { Decision } from '../features/review/save-queue.ts';
import type { Action } from './action.ts';
import { type ReviewView, viewActions } from './review-actions.ts';

/** What the actions of the grid see and may do. */
export interface GridContext {
  /** The item at hand. */
  readonly itemId: string | null;
  readonly canCommit: boolean;
  readonly canUndo: boolean;
  readonly view: ReviewView;
  commit(): void;
  undo(): void;
  toggle(itemId: string): void;
  except(itemId: string, decision: Pick<Decision, 'kind' | 'classId'>): void;
  move(columns: number, rows: number): void;
  show(view: ReviewView): void;
  open(what: 'help'): void;
}
export type GridAction = Action<GridContext>;

const onItem = (act: (context: GridContext, itemId: string) => void): Pick<GridAction, 'enabledWhen' | 'run'> => ({
  enabledWhen: ({ itemId }) => itemId !== null,
  run: (context) => { if (context.itemId !== null) act(context, context.itemId); },
});
const step = (id: 'left' | 'right' | 'up' | 'down', key: string, columns: number, rows: number): GridAction => ({ id: `grid-${id}`, label: `action.grid-${id}`, group: 'move', keys: [key], enabledWhen: ({ itemId }) => itemId !== null, run: ({ move }) => move(columns, rows) });
const marked = (id: 'unsure' | 'bad-image' | 'not-in-list' | 'person', key: string, kind: Exclude<Decision['kind'], 'class'>): GridAction => ({
  id: `grid-${id}`, label: `action.${id}`, group: 'answer', keys: [key], ...onItem(({ except }, itemId) => except(itemId, { kind })),
});

/** Everything the grid can do: one key accepts what is not marked. */
export function gridActions(palette: readonly PaletteEntry[]): readonly GridAction[] {
  return [
    { id: 'grid-commit', label: 'action.grid-commit', group: 'answer', keys: ['Enter', 'NumpadEnter'], enabledWhen: ({ canCommit }) => canCommit, run: ({ commit }) => commit() },
    { id: 'grid-mark', label: 'action.grid-mark', group: 'answer', keys: ['Space', 'x'], ...onItem(({ toggle }, itemId) => toggle(itemId)) },
    marked('unsure', 'u', 'unsure'), marked('not-in-list', 'n', 'not_in_list'), marked('bad-image', 'b', 'bad_image'), marked('person', 'p', 'person'),
    ...palette.map(({ classId, name, key }): GridAction => ({
      id: `grid-class-${classId}`, label: 'action.class', labelParams: { name }, group: 'class', keys: key === null ? [] : [key], ...onItem(({ except }, itemId) => except(itemId, { kind: 'class', classId })),
    })),
    { id: 'grid-undo', label: 'action.undo', group: 'move', keys: ['$mod+z', 'Backspace'], enabledWhen: ({ canUndo }) => canUndo, run: ({ undo }) => undo() },
    step('left', 'ArrowLeft', -1, 0), step('right', 'ArrowRight', 1, 0), step('up', 'ArrowUp', 0, -1), step('down', 'ArrowDown', 0, 1),
    ...viewActions,
    { id: 'grid-help', label: 'action.help', group: 'page', keys: ['[Shift]+?'], enabledWhen: () => true, run: ({ open }) => open('help') },
  ];
}
