import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupsToRetire } from './holdouts.ts';

const newest = new Date('2026-12-31T00:00:00Z');
const daysAgo = (days: number): Date => new Date(newest.getTime() - days * 24 * 3600_000);
const member = fc.record({ imageId: fc.uuid(), group: fc.nat(30).map(String), eventAt: fc.integer({ min: 0, max: 400 }).map(daysAgo) });

it('HOLDOUT1 keeps the window and the least number, never parts a group, and retires older ones before newer', () => {
  fc.assert(fc.property(fc.array(member, { maxLength: 80 }), fc.nat(200), fc.nat(60), (members, days, imagesMin) => {
    const gone = new Set(groupsToRetire(members, newest, { days, imagesMin }));
    const kept = members.filter((each) => !gone.has(each.group));
    expect(kept.length).toBeGreaterThanOrEqual(Math.min(imagesMin, members.length));
    for (const each of members) if (gone.has(each.group)) expect(each.eventAt.getTime()).toBeLessThan(daysAgo(days).getTime());
    const last = (group: string): number => Math.max(...members.filter((each) => each.group === group).map((each) => each.eventAt.getTime()));
    const oldestKept = Math.min(...[...new Set(kept.map((each) => each.group))].map(last));
    for (const group of gone) expect(last(group)).toBeLessThanOrEqual(oldestKept);
  }));
});

it('HOLDOUT2 retires what is older once the newer images are enough, and nothing at the edge of the window', () => {
  const made = (count: number, days: number, name: string) => Array.from({ length: count }, (_, at) => ({ imageId: `${name}${at}`, group: `${name}${at}`, eventAt: daysAgo(days) }));
  expect(groupsToRetire([...made(3, 200, 'old'), ...made(5, 10, 'new')], newest, { days: 90, imagesMin: 5 })).toHaveLength(3);
  expect(groupsToRetire([...made(3, 200, 'old'), ...made(4, 10, 'new')], newest, { days: 90, imagesMin: 5 })).toHaveLength(2);
  expect(groupsToRetire([...made(3, 90, 'edge'), ...made(5, 10, 'new')], newest, { days: 90, imagesMin: 5 })).toHaveLength(0);
});
