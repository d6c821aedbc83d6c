import type { ReviewAction, ReviewContext } from '../../actions/review-actions.ts';
import { PickDialog } from '../../components/pick-dialog.tsx';
import { t } from '../../messages/index.ts';
import { Keys } from './keys.tsx';
import type { PaletteEntry } from './palette.ts';

/** Find a class by typing; Enter answers with the one marked. */
export function SearchDialog({ opened, onClose, palette, choose }: { opened: boolean; onClose: () => void; palette: readonly PaletteEntry[]; choose: (classId: number) => void }) {
  const entries = palette.map(({ classId, name, key }) => ({ id: String(classId), name, note: key === null ? undefined : <Keys keys={[key]} /> }));
  return <PickDialog opened={opened} onClose={onClose} title={t('review.search.title')} label={t('review.search.label')} none={t('review.search.none')} entries={entries} choose={(id) => choose(Number(id))} />;
}

export interface PageCommand { readonly id: string; readonly name: string; readonly run: () => void }

/** Everything that can be done now, by its name: the page's actions and the other pages. */
export function CommandDialog({ opened, onClose, actions, context, pages }: { opened: boolean; onClose: () => void; actions: readonly ReviewAction[]; context: ReviewContext; pages: readonly PageCommand[] }) {
  if (!opened) return null;
  const enabled = actions.filter((action) => action.id !== 'commands' && action.enabledWhen(context));
  const entries = [
    ...enabled.map((action) => ({ id: action.id, name: t(action.label, action.labelParams), group: t(`group.${action.group}`), note: <Keys keys={action.keys.slice(0, 1)} /> })),
    ...pages.map(({ id, name }) => ({ id, name, group: t('app.menu') })),
  ];
  const choose = (id: string): void => {
    onClose();
    enabled.find((action) => action.id === id)?.run(context);
    pages.find((page) => page.id === id)?.run();
  };
  return <PickDialog opened onClose={onClose} title={t('review.commands.title')} label={t('review.commands.label')} none={t('review.commands.none')} entries={entries} choose={choose} />;
}
