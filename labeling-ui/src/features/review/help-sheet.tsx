import { Button, Modal } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { type Action, actionGroups } from '../../actions/action.ts';
import { giveKey, keyPressed, type Keymap, ownerOf } from '../../actions/keymap.ts';
import { t } from '../../messages/index.ts';
import { Keys } from './keys.tsx';

interface HelpProps { readonly actions: readonly Action<never>[]; readonly keymap: Keymap; readonly change: (keymap: Keymap) => void }

/** Every key, from the table; each can be changed. */
export function HelpSheet({ opened, onClose, ...rest }: HelpProps & { opened: boolean; onClose: () => void }) {
  const [asking, setAsking] = useState<string | null>(null);
  // Escape while a key is asked for is an answer, not a wish to close.
  return (
    <Modal opened={opened} onClose={onClose} title={t('review.help.title')} size="xl" closeOnEscape={asking === null} closeButtonProps={{ 'aria-label': t('app.close') }}>
      {opened && <Sheet {...rest} asking={asking} ask={setAsking} />}
    </Modal>
  );
}

function Sheet({ actions, keymap, change, asking, ask }: HelpProps & { asking: string | null; ask: (id: string | null) => void }) {
  const [taken, setTaken] = useState<Action<never> | null>(null);
  const hear = (key: string | null): void => {
    const id = asking;
    ask(null);
    if (id === null || key === 'Escape') return;
    const owner = key === null || key === 'Delete' ? undefined : ownerOf(actions, key);
    setTaken(owner === undefined || owner.id === id ? null : owner);
    change(giveKey(keymap, id, key === 'Delete' ? null : key));
  };
  useListen(asking !== null, hear);
  return (
    <>
      <p className="lead">{t('review.help.lead')}</p>
      <p role="status" className="quiet help-status">{asking !== null ? t('keys.press') : taken !== null ? t('keys.taken', { name: t(taken.label, taken.labelParams) }) : t('keys.hint')}</p>
      <div className="help">
        {actionGroups.map((group) => {
          const shown = actions.filter((action) => action.group === group);
          return shown.length === 0 ? null : (
            <section key={group} className="help-group">
              <h3>{t(`group.${group}`)}</h3>
              <ul>
                {shown.map((action) => {
                  const name = t(action.label, action.labelParams);
                  return (
                    <li key={action.id}>
                      <span>{name}</span>
                      <button type="button" className="key-edit" data-testid={`key-${action.id}`} data-asking={asking === action.id} onClick={() => { setTaken(null); ask(asking === action.id ? null : action.id); }}>
                        <span className="visually-hidden">{t('keys.change', { name })}</span>
                        {asking === action.id ? t('keys.asking') : action.keys.length === 0 ? <span className="quiet">{t('keys.none')}</span> : <Keys keys={action.keys} spoken />}
                      </button>
                    </li>
                  );
                })}
              </ul>
            </section>
          );
        })}
      </div>
      <div className="acts acts-end"><Button variant="default" size="xs" disabled={Object.keys(keymap).length === 0} onClick={() => { setTaken(null); change({}); }}>{t('keys.reset')}</Button></div>
    </>
  );
}

/** Takes the next key, before anything else on the page gets it. */
function useListen(on: boolean, hear: (key: string | null) => void): void {
  const now = useRef(hear);
  now.current = hear;
  useEffect(() => {
    if (!on) return;
    const listen = (event: KeyboardEvent): void => {
      event.preventDefault();
      event.stopImmediatePropagation();
      const key = keyPressed(event);
      if (key !== null) now.current(key);
    };
    addEventListener('keydown', listen, { capture: true });
    return () => { removeEventListener('keydown', listen, { capture: true }); };
  }, [on]);
}
