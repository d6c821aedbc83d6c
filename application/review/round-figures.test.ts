import { expect, it } from 'vitest';
import { outlook } from './round-figures.ts';

const now = new Date('2026-03-01T12:00:00Z');

it('what is left takes the middle lead time for each answer wanted, and ends by the pace of the last hour', () => {
  expect(outlook({ open: 100, answersLastHour: 50, answersLeft: 150, leadTimeMsMedian: 4_000, now })).toEqual({ hoursLeft: 150 * 4 / 3600, endsAt: new Date('2026-03-01T15:00:00Z') });
});

it('says nothing where nothing is known, and that it is over where it is', () => {
  expect(outlook({ open: 3, answersLastHour: 0, answersLeft: 3, leadTimeMsMedian: null, now })).toEqual({ hoursLeft: null, endsAt: null });
  expect(outlook({ open: 0, answersLastHour: 0, answersLeft: 0, leadTimeMsMedian: null, now })).toEqual({ hoursLeft: 0, endsAt: now });
});
