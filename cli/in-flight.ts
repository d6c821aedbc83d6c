/**
 * Works through a list with at most `width` at once, in order of start. The first failure stops new starts and is thrown
 * once what runs has ended.
 */
export async function inFlight<T>(items: readonly T[], width: number, work: (item: T, position: number) => Promise<void>): Promise<void> {
  let next = 0;
  let failed: { readonly error: unknown } | null = null;
  const lane = async (): Promise<void> => {
    while (next < items.length && failed === null) {
      const position = next++;
      try {
        await work(items[position] as T, position);
      } catch (error) {
        failed ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(width, items.length)) }, lane));
  if (failed !== null) throw (failed as { readonly error: unknown }).error;
}
