import { keyForAria } from '../../actions/action.ts';
import type { ReviewAction, ReviewContext } from '../../actions/review-actions.ts';
import { t } from '../../messages/index.ts';
import { Keys, mac } from './keys.tsx';

/** A click leaves the focus where it was, so that Space and Enter go on answering instead of pressing the button again. */
export const keepFocus = (event: { preventDefault(): void }): void => { event.preventDefault(); };

/** Buttons for some of the table's actions, each showing its key. */
export function ActionButtons({ actions, context, label, className }: { actions: readonly ReviewAction[]; context: ReviewContext; label: string; className: string }) {
  return (
    <div role="group" aria-label={label} className={className}>
      {actions.map((action) => (
        <button
          key={action.id} type="button" className="act" data-testid={`action-${action.id}`} data-class={action.group === 'class' ? action.labelParams?.['name'] : undefined} disabled={!action.enabledWhen(context)}
          onMouseDown={keepFocus} onClick={() => action.run(context)} aria-keyshortcuts={action.keys[0] === undefined ? undefined : keyForAria(action.keys[0], mac)}
        >
          <span>{t(action.label, action.labelParams)}</span><Keys keys={action.keys.slice(0, 1)} />
        </button>
      ))}
    </div>
  );
}
