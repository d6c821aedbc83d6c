import { useEffect, useRef } from 'react';
import { tinykeys } from 'tinykeys';
import type { Action } from '../../actions/action.ts';

/** One binding for each key of the table. A key pressed on a focused button or link is the button's. */
export function useKeys<Context>(actions: readonly Action<Context>[], context: Context, on: boolean): void {
  const now = useRef(context);
  now.current = context;
  useEffect(() => {
    if (!on) return;
    const bindings = Object.fromEntries(actions.flatMap((action) => action.keys.map((key) => [key, (event: KeyboardEvent) => {
      const ownKey = event.key === 'Enter' || event.key === ' ';
      if (ownKey && event.target instanceof Element && event.target.closest('button, a, summary, [role="menuitem"]') !== null) return;
      if (document.querySelector('[role="menu"]') !== null) return;
      event.preventDefault();
      // A key held down moves and turns, but answers once.
      if (event.repeat && action.group !== 'move' && action.group !== 'look') return;
      if (action.enabledWhen(now.current)) action.run(now.current);
    }] as const)));
    return tinykeys(window, bindings);
  }, [actions, on]);
}
