/** Most answers kept; more are those of somebody who tries names. */
const keptMax = 1_000;

/**
 * Asks once and gives the same answer for `ms` after; who asks meanwhile waits for the same question. A question that
 * failed, or that found nothing, is asked again: what was just made is seen at once.
 */
export function createKeptBriefly<T>(ms: number, now: () => number, ask: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const kept = new Map<string, { readonly at: number; readonly answer: Promise<T> }>();
  return (name) => {
    const found = kept.get(name);
    if (found !== undefined && now() - found.at < ms) return found.answer;
    if (kept.size >= keptMax) kept.clear();
    const mine = { at: now(), answer: ask(name) };
    kept.set(name, mine);
    const forget = (): void => { if (kept.get(name) === mine) kept.delete(name); };
    mine.answer.then((value) => { if (value === null) forget(); }, forget);
    return mine.answer;
  };
}
