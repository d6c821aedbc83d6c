import { setTimeout as wait } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { withHeartbeats } from './heartbeats.ts';

it('a step says that it lives as long as it does, and no longer', async () => {
  const environment = new MockActivityEnvironment();
  let beats = 0;
  environment.on('heartbeat', () => { beats += 1; });
  const { step, fails } = withHeartbeats({ step: async (ms: number) => wait(ms, 'done'), fails: async () => { throw new Error('no'); } }, 10);
  expect(await environment.run(step, 100)).toBe('done');
  expect(beats).toBeGreaterThan(1);
  await expect(environment.run(fails)).rejects.toThrow('no');
  const after = beats;
  await wait(50);
  expect(beats).toBe(after);
});
