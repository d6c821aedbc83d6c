import { lazy, Suspense, useEffect } from 'react';
import { type Keymap, ownerOf } from '../../actions/keymap.ts';
import type { ReviewAction, ReviewContext, ReviewDialog } from '../../actions/review-actions.ts';
import { t } from '../../messages/index.ts';
import type { PaletteEntry } from './palette.ts';
import type { PageCommand } from './pickers.tsx';
import type { Macro, Preferences } from './preferences.ts';

const load = { help: () => import('./help-sheet.tsx'), macros: () => import('./macros-dialog.tsx'), comment: () => import('./comment-dialog.tsx'), notInList: () => import('./not-in-list-dialog.tsx'), pickers: () => import('./pickers.tsx') };
const HelpSheet = lazy(async () => ({ default: (await load.help()).HelpSheet }));
const MacrosDialog = lazy(async () => ({ default: (await load.macros()).MacrosDialog }));
const CommentDialog = lazy(async () => ({ default: (await load.comment()).CommentDialog }));
const NotInListDialog = lazy(async () => ({ default: (await load.notInList()).NotInListDialog }));
const SearchDialog = lazy(async () => ({ default: (await load.pickers()).SearchDialog }));
const CommandDialog = lazy(async () => ({ default: (await load.pickers()).CommandDialog }));

/** The dialogs come after the first image, but before anybody can lose the connection for long. */
function useEarlyLoad(): void {
  useEffect(() => {
    const timer = setTimeout(() => { for (const each of Object.values(load)) void each().catch(() => undefined); }, 1_500);
    return () => { clearTimeout(timer); };
  }, []);
}

interface DialogsProps {
  readonly dialog: ReviewDialog | null;
  readonly close: () => void;
  readonly project: string;
  readonly palette: readonly PaletteEntry[];
  readonly actions: readonly ReviewAction[];
  readonly context: ReviewContext;
  readonly pages: readonly PageCommand[];
  readonly macros: readonly Macro[];
  readonly comment: string;
  readonly setComment: (comment: string) => void;
  readonly preferences: Preferences;
  readonly prefer: (change: (before: Preferences) => Preferences) => void;
}

/** What opens over the review page. */
export function Dialogs({ dialog, close, project, palette, actions, context, pages, macros, comment, setComment, preferences, prefer }: DialogsProps) {
  useEarlyLoad();
  if (dialog === null) return null;
  const keys = (next: Keymap): void => prefer((before) => ({ ...before, keys: Object.fromEntries(Object.entries(next).map(([id, own]) => [id, [...own]])) }));
  const taken = (key: string): string | null => { const owner = ownerOf(actions, key); return owner === undefined ? null : t(owner.label, owner.labelParams); };
  return (
    <Suspense fallback={null}>
      {dialog === 'help' && <HelpSheet opened onClose={close} actions={actions} keymap={preferences.keys} change={keys} />}
      {dialog === 'search' && <SearchDialog opened onClose={close} palette={palette} choose={(classId) => { close(); context.decide({ kind: 'class', classId }); }} />}
      {dialog === 'commands' && <CommandDialog opened onClose={close} actions={actions} context={context} pages={pages} />}
      {dialog === 'comment' && <CommentDialog opened onClose={close} comment={comment} keep={(text) => { setComment(text); close(); }} />}
      {dialog === 'not-in-list' && <NotInListDialog opened onClose={close} answer={(proposedName) => { close(); context.decide({ kind: 'not_in_list', ...(proposedName !== null && { proposedName }) }); }} />}
      {dialog === 'macros' && <MacrosDialog opened onClose={close} project={project} palette={palette} macros={macros} taken={taken} change={(own) => prefer((before) => ({ ...before, macros: [...before.macros.filter((macro) => macro.project !== project), ...own] }))} />}
    </Suspense>
  );
}
