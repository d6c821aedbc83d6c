import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chooseItems, itemsInHours, roundBudget, type WaitingItem } from './collecting.ts';

const item = (id: string, value: number, more: Partial<WaitingItem> = {}): WaitingItem => ({ id, purpose: 'flagged', value, burstKey: null, topClassId: 0, ...more });

it('COLLECT1 keeps the least of three limits, audit included', () => {
  const limits = { itemsMax: 500, shareMax: 0.25 };
  expect(roundBudget(limits, 100, 0, null)).toBe(25);
  expect(roundBudget(limits, 100, 4, null)).toBe(21);
  expect(roundBudget(limits, 100, 40, null)).toBe(0);
  expect(roundBudget(limits, 100, 0, 7)).toBe(7);
  expect(roundBudget(limits, 100_000, 0, null)).toBe(500);
  expect(roundBudget({ itemsMax: 500, shareMax: 0.29 }, 100, 0, null)).toBe(29);
});

it('COLLECT2 asks all audit items and never more flagged ones than the budget; none twice', () => {
  const waiting = fc.uniqueArray(fc.record({ id: fc.uuid(), purpose: fc.constantFrom('audit' as const, 'flagged' as const), value: fc.double({ min: 0, max: 2, noNaN: true }), burstKey: fc.option(fc.constantFrom('a', 'b')), topClassId: fc.option(fc.nat(3)) }), { selector: (each) => each.id });
  fc.assert(fc.property(waiting, fc.nat(20), (items, budget) => {
    const chosen = chooseItems(items, budget);
    const flagged = items.filter((each) => each.purpose === 'flagged');
    expect(new Set(chosen.map((each) => each.id)).size).toBe(chosen.length);
    expect(chosen.filter((each) => each.purpose === 'audit')).toHaveLength(items.length - flagged.length);
    expect(chosen.filter((each) => each.purpose === 'flagged')).toHaveLength(Math.min(budget, flagged.length));
    // What is left out is never worth clearly more than what was taken.
    const left = flagged.filter((each) => !chosen.includes(each)).map((each) => each.value);
    const least = Math.min(...chosen.filter((each) => each.purpose === 'flagged').map((each) => each.value));
    if (left.length > 0 && budget > 0) expect(Math.max(...left) * 0.9).toBeLessThanOrEqual(least + 1e-12);
  }));
});

it('COLLECT3 lets bursts and classes take turns where values are close', () => {
  const foxes = ['f1', 'f2', 'f3'].map((id) => item(id, 1, { burstKey: 'one night', topClassId: 1 }));
  const others = [item('h', 0.95, { burstKey: 'hare', topClassId: 2 }), item('d', 0.94, { burstKey: 'deer', topClassId: 3 })];
  expect(chooseItems([...foxes, ...others], 3).map((each) => each.id).toSorted()).toEqual(['d', 'f1', 'h']);
  expect(chooseItems([...foxes, item('far', 0.2, { topClassId: 9 })], 3).map((each) => each.id)).toEqual(['f1', 'f2', 'f3']);
});

it('COLLECT4 keeps flagged items in the order of their value, and strews audit items among them so that a place tells nothing', () => {
  const uuid = (at: number): string => `01a20d99-469b-708f-ba3e-${at.toString(16).padStart(12, '0')}`;
  const places: number[] = [];
  for (let round = 0; round < 40; round += 1) {
    const items = Array.from({ length: 100 }, (_, at) => item(uuid(round * 100 + at), 1 - at / 100, { purpose: at % 10 === 0 ? 'audit' : 'flagged', topClassId: at }));
    const chosen = chooseItems(items, 1_000);
    const values = chosen.filter((each) => each.purpose === 'flagged').map((each) => each.value);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    places.push(...chosen.flatMap((each, at) => (each.purpose === 'audit' ? [at / chosen.length] : [])));
  }
  // Uniform over the round: each quarter has about a quarter of them.
  for (const quarter of [0, 1, 2, 3]) {
    const share = places.filter((at) => Math.floor(at * 4) === quarter).length / places.length;
    expect(share).toBeGreaterThan(0.18);
    expect(share).toBeLessThan(0.32);
  }
});

it('COLLECT5 turns hours of annotators’ time into items, by their pace and the answers wanted; without a pace there is no limit', () => {
  const one = { overlap: 1, overlapShare: 1 };
  expect(itemsInHours(1, 4_000, one)).toBe(900);
  expect(itemsInHours(0.5, 3_600, { overlap: 3, overlapShare: 0.5 })).toBe(250);
  expect(itemsInHours(null, 4_000, one)).toBeNull();
  expect(itemsInHours(2, null, one)).toBeNull();
});

it('COLLECT6 strews easy ones between the hard where the policy wants some, within the budget', () => {
  const items = Array.from({ length: 100 }, (_, at) => item(`i${String(at).padStart(3, '0')}`, 1 - at / 100, { topClassId: at }));
  const chosen = chooseItems(items, 20, 0.25);
  expect(chosen).toHaveLength(20);
  const easy = chosen.flatMap((each, at) => (each.value < 0.1 ? [at] : []));
  expect(easy).toHaveLength(5);
  // One in each fifth of the round.
  expect(easy.map((at) => Math.floor(at / 4))).toEqual([0, 1, 2, 3, 4]);
  expect(chosen.filter((each) => each.value > 0.8)).toHaveLength(15);
  expect(chooseItems(items, 20).every((each) => each.value > 0.8)).toBe(true);
});
