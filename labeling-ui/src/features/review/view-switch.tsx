import { keyForAria } from '../../actions/action.ts';
import { type ReviewAction, type ReviewContext, reviewViews } from '../../actions/review-actions.ts';
import { t } from '../../messages/index.ts';
import { keepFocus } from './action-buttons.tsx';
import { mac } from './keys.tsx';

/** Image by image, burst by burst, or a page of one class. */
export function ViewSwitch({ context, actions }: { context: Pick<ReviewContext, 'view' | 'show'>; actions: readonly Pick<ReviewAction, 'id' | 'keys' | 'label'>[] }) {
  return (
    <div role="group" aria-label={t('review.views')} className="view-switch">
      {reviewViews.map((view) => {
        const key = actions.find((action) => action.id === `view-${view}`)?.keys[0];
        return <button key={view} type="button" data-testid={`view-${view}`} aria-pressed={context.view === view} aria-keyshortcuts={key === undefined ? undefined : keyForAria(key, mac)} onMouseDown={keepFocus} onClick={() => context.show(view)}>{t(`review.view.${view}`)}</button>;
      })}
    </div>
  );
}
