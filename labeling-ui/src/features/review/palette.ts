export interface PaletteEntry { readonly classId: number; readonly name: string; /** A letter, where one was left. */ readonly key: string | null }

/** Letters that act; no class gets one of them. */
export const reservedLetters = new Set(['s', 'u', 'b', 'n', 'p', 'r', 'c', 'z', 'm', 'l', 'x', 'w']);

/** A letter for each class: the first free one of its name, else any free one; the same list always gives the same letters. */
export function paletteOf(classes: readonly { classId: number; name: string }[]): readonly PaletteEntry[] {
  const taken = new Set(reservedLetters);
  const all = 'abcdefghijklmnopqrstuvwxyz';
  return classes.map(({ classId, name }) => {
    const key = [...plain(name), ...all].find((letter) => all.includes(letter) && !taken.has(letter)) ?? null;
    if (key !== null) taken.add(key);
    return { classId, name, key };
  });
}

const plain = (name: string): string => name.toLowerCase().normalize('NFD').replaceAll(/[^a-z]/g, '');
