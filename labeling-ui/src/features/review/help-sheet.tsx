import { Modal } from '@mantine/core';
import { keyInWords } from '../../actions/action.ts';
import type { ReviewAction } from '../../actions/review-actions.ts';
import { t } from '../../messages/index.ts';

const groups = ['answer', 'class', 'move', 'look'] as const;
const mac = /Mac|iP(hone|ad)/.test(navigator.platform);

/** Every key, from the table. */
export function HelpSheet({ opened, onClose, actions }: { opened: boolean; onClose: () => void; actions: readonly ReviewAction[] }) {
  return (
    <Modal opened={opened} onClose={onClose} title={t('review.help.title')} size="lg" closeButtonProps={{ 'aria-label': t('app.close') }}>
      <p className="lead">{t('review.help.lead')}</p>
      <div className="help">
        {groups.map((group) => (
          <section key={group} className="help-group">
            <h3>{t(`group.${group}`)}</h3>
            <dl>
              {actions.filter((action) => action.group === group && action.keys.length > 0).map((action) => (
                <div key={action.id}><dt>{t(action.label, action.labelParams)}</dt><dd>{action.keys.filter((key) => !key.startsWith('Numpad')).map((key) => <kbd key={key}>{keyInWords(key, mac)}</kbd>)}</dd></div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
