import type { ReviewAction, ReviewContext } from '../../actions/review-actions.ts';
import { keyInWords } from '../../actions/action.ts';
import { t } from '../../messages/index.ts';
import { keepFocus } from './evidence.tsx';

const mac = /Mac|iP(hone|ad)/.test(navigator.platform);

/** Buttons for some of the table's actions, each showing its key. */
export function ActionButtons({ actions, context, label, className }: { actions: readonly ReviewAction[]; context: ReviewContext; label: string; className: string }) {
  return (
    <div role="group" aria-label={label} className={className}>
      {actions.map((action) => (
        <button
          key={action.id} type="button" className="act" data-testid={`action-${action.id}`} data-class={action.group === 'class' ? action.labelParams?.['name'] : undefined} disabled={!action.enabledWhen(context)}
          onMouseDown={keepFocus} onClick={() => action.run(context)} aria-keyshortcuts={action.keys[0] === undefined ? undefined : ariaKey(action.keys[0])}
        >
          <span>{t(action.label, action.labelParams)}</span>{action.keys[0] !== undefined && <kbd aria-hidden="true">{keyInWords(action.keys[0], mac)}</kbd>}
        </button>
      ))}
    </div>
  );
}

const ariaKey = (key: string): string => key.replace('$mod', mac ? 'Meta' : 'Control').replace('[Shift]+', '').replace('Digit', '');
