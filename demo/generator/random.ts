/** Seeded chance: everything the generator decides comes from a named stream, so adding a decision never shifts the others. */

/** A source of numbers in [0, 1), the same for the same key on every machine (integer arithmetic alone). */
export type Chance = () => number;

const hash = (key: string): number => {
  let value = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    value = Math.imul(value ^ key.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
};

/**
 * Opens the stream of chance named by `key`.
 * Method: Weyl sequence with a 32-bit finalising mixer (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", 2014, in its 32-bit form).
 * @returns a function giving numbers in [0, 1) with 32 bits of resolution
 */
export const chanceOf = (key: string): Chance => {
  let state = hash(key);
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let value = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
    return ((value ^ (value >>> 15)) >>> 0) / 4294967296;
  };
};

/** A number in [low, high). */
export const between = (chance: Chance, low: number, high: number): number => low + (high - low) * chance();

/** A whole number in [low, high], both ends included. */
export const wholeBetween = (chance: Chance, low: number, high: number): number =>
  low + Math.floor(chance() * (high - low + 1));

/** One of `items`; throws RangeError on an empty list. */
export const pick = <Item>(chance: Chance, items: readonly Item[]): Item => {
  const item = items[Math.floor(chance() * items.length)];
  if (item === undefined) throw new RangeError('pick needs at least one item');
  return item;
};

/** A new list with the same items in a random order (Fisher–Yates). */
export const shuffled = <Item>(chance: Chance, items: readonly Item[]): Item[] => {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index -= 1) {
    const other = Math.floor(chance() * (index + 1));
    [result[index], result[other]] = [result[other] as Item, result[index] as Item];
  }
  return result;
};
