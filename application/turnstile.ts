/** Lets at most `width` pieces of work run at once; the others wait in the order they came. */
export function createTurnstile(width: number): <T>(work: () => Promise<T>) => Promise<T> {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (inside >= width) await new Promise<void>((enter) => { waiting.push(enter); });
    else inside += 1;
    try {
      return await work();
    } finally {
      // The place goes to the next in line, so nobody slips in between.
      const next = waiting.shift();
      if (next === undefined) inside -= 1;
      else next();
    }
  };
}
