import { expect, it } from 'vitest';
import { decideGate } from '../domain/gate.ts';
import { defaultPolicy } from '../domain/policy.ts';
import { gateCheckSchema } from './models.ts';

it('a gate check crosses the process as the gate made it', () => {
  const pair = { truth: 0, champion: 0, challenger: 1, group: 'a', weight: 1 };
  const { checks } = decideGate({ policy: defaultPolicy.gate, classes: [{ classId: 0, name: 'fox' }], holdouts: { audit: [pair], reference: [] } });
  expect(checks.map((check) => gateCheckSchema.parse(check))).toEqual(checks);
});
