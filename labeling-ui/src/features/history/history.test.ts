import { expect, it } from 'vitest';
import { differences } from './differences.ts';

it('tells the fields that changed, deep ones by their path', () => {
  expect(differences({ gate: { margin: 0.01, evidence: 50 }, same: 1 }, { gate: { margin: 0.02, evidence: 50 }, same: 1, fresh: [1, 2] })).toEqual([['gate.margin', '0.01', '0.02'], ['fresh', null, '[1,2]']]);
  expect(differences(null, { champion: 'v2' })).toEqual([['champion', null, 'v2']]);
  expect(differences(null, null)).toEqual([]);
  expect(differences({}, { reason: 'x'.repeat(500) })[0]?.[2]).toHaveLength(121);
});
