import { useEffect, useEffectEvent } from 'react';
import { type Action, keyName } from './action.ts';

const typing = 'input, textarea, select, [contenteditable], [role="dialog"]';
const pressable = 'button, a[href], summary';

/** Runs the action of each key pressed; keys typed into a field or a dialog are left alone, and Space and Enter on a focused button press that button. */
export function useKeys<Context>(bound: ReadonlyMap<string, Action<Context>>, context: Context, on: boolean): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (!on || event.defaultPrevented || event.isComposing) return;
    const name = keyName(event);
    const target = event.target instanceof Element ? event.target : null;
    if (name === null || target?.closest(typing)) return;
    if ((name === 'Space' || name === 'Enter') && target?.closest(pressable)) return;
    const action = bound.get(name);
    if (action === undefined) return;
    event.preventDefault();
    // A held key must not label a whole row of images.
    if (event.repeat && !name.startsWith('Arrow')) return;
    if (action.enabledWhen(context)) action.run(context);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => press(event);
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}
