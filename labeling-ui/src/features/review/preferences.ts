import { useCallback, useSyncExternalStore } from 'react';
import { z } from 'zod';
import { annotationKinds } from '../../../../contracts/reviews.ts';
import { lightRange } from '../../viewer/light.ts';

const decisionSchema = z.object({ kind: z.enum(annotationKinds), classId: z.number().int().optional(), comment: z.string().max(2000).optional() });
const macroSchema = z.object({ id: z.string().max(40), project: z.string(), name: z.string().min(1).max(60), key: z.string().max(40).nullable(), decision: decisionSchema });
/** A whole answer, comment included, under one key. */
export type Macro = z.output<typeof macroSchema>;

const knob = (name: keyof typeof lightRange) => z.number().min(lightRange[name][0]).max(lightRange[name][1]).default(1);
const preferencesSchema = z.object({
  keys: z.record(z.string(), z.array(z.string().max(40)).max(4)).default({}),
  macros: z.array(macroSchema).max(60).default([]),
  light: z.object({ brightness: knob('brightness'), contrast: knob('contrast'), gamma: knob('gamma') }).default({ brightness: 1, contrast: 1, gamma: 1 }),
});
/** What a person set up for the way they work; kept in this browser, by person. */
export type Preferences = z.output<typeof preferencesSchema>;

const none: Preferences = preferencesSchema.parse({});
const cached = new Map<string, { text: string | null; value: Preferences }>();
const listeners = new Set<() => void>();
const nameOf = (person: string): string => `perennial.preferences/${person}`;

/** What is kept; what is damaged counts as not there. */
export function readPreferences(person: string): Preferences {
  const text = localStorage.getItem(nameOf(person));
  const known = cached.get(person);
  if (known?.text === text) return known.value;
  const value = parsed(text);
  cached.set(person, { text, value });
  return value;
}

function parsed(text: string | null): Preferences {
  if (text === null) return none;
  try {
    const found = preferencesSchema.safeParse(JSON.parse(text));
    return found.success ? found.data : none;
  } catch {
    return none;
  }
}

/** The person's preferences, the same in every tab, and a way to change them. */
export function usePreferences(person: string): [Preferences, (change: (before: Preferences) => Preferences) => void] {
  const value = useSyncExternalStore(subscribe, () => readPreferences(person));
  const change = useCallback((next: (before: Preferences) => Preferences) => {
    const value = next(readPreferences(person));
    try {
      localStorage.setItem(nameOf(person), JSON.stringify(value));
    } catch {
      // No room, or a private window: they hold in this tab for as long as it is open.
      cached.set(person, { text: localStorage.getItem(nameOf(person)), value });
    }
    for (const listener of listeners) listener();
  }, [person]);
  return [value, change];
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('storage', listener);
  return () => { listeners.delete(listener); removeEventListener('storage', listener); };
}
