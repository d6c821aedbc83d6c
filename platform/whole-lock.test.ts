import { expect, it } from 'vitest';
import { missingFromLock } from './whole-lock.mjs';

it('a lock that lacks the packages of other systems is named, a whole one is not', () => {
  const whole = {
    '': { optionalDependencies: { absent: '1' } },
    'node_modules/tool': { optionalDependencies: { '@tool/linux': '1', '@tool/darwin': '1' } },
    'node_modules/@tool/linux': {},
    'node_modules/tool/node_modules/@tool/darwin': {},
  };
  expect(missingFromLock(whole)).toEqual([]);
  const { 'node_modules/tool/node_modules/@tool/darwin': _, ...short } = whole;
  expect(missingFromLock(short)).toEqual(['node_modules/tool misses @tool/darwin']);
});
