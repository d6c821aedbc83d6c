import { keyLabel } from '../actions/action.ts';
import type { ReviewAction, ReviewContext } from '../actions/review-actions.ts';
import { percent } from '../messages/numbers.ts';

/** A button of an action: its key, its name, and where the model said so its share. */
export function AnswerButton({ action, context, name, share }: { action: ReviewAction; context: ReviewContext; name?: string; share?: number }) {
  const [key] = action.keys;
  function press(): void {
    if (action.enabledWhen(context)) action.run(context);
    // The next image's Space must accept, not press this button again.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }
  return (
    <button type="button" className="answer" disabled={!action.enabledWhen(context)} data-action={action.id} aria-keyshortcuts={key} onClick={press}>
      {share !== undefined && <span className="bar" style={{ width: `${share * 100}%` }} />}
      {key !== undefined && <kbd className="key" aria-hidden="true">{keyLabel(key)}</kbd>}
      <span className="name">{name ?? action.label}</span>
      {share !== undefined && <span className="share">{percent(share)}</span>}
    </button>
  );
}
