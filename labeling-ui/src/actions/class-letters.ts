interface NamedClass { readonly classId: number; readonly name: string }

/** Letters the actions themselves use; a class never gets one of these. */
export const takenLetters: ReadonlySet<string> = new Set(['s', 'u', 'b', 'n', 'p', 'r', 'z']);
const alphabet = [...'abcdefghijklmnopqrstuvwxyz'];

/**
 * Gives each class a letter: one of its own name where free, else the next free one; classes past the alphabet get none and are found by search.
 * The letters depend on the list of classes only, never on the item, so that the hand can learn them.
 */
export function assignLetters(classes: readonly NamedClass[]): ReadonlyMap<number, string> {
  const free = new Set(alphabet.filter((letter) => !takenLetters.has(letter)));
  const letters = new Map<number, string>();
  for (const { classId, name } of classes) {
    const letter = [...name.toLowerCase()].find((each) => free.has(each));
    if (letter === undefined) continue;
    free.delete(letter);
    letters.set(classId, letter);
  }
  for (const { classId } of classes) {
    if (letters.has(classId)) continue;
    const [letter] = free;
    if (letter === undefined) break;
    free.delete(letter);
    letters.set(classId, letter);
  }
  return letters;
}
