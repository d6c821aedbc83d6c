import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { errorCodes, PerennialError, type ErrorCode } from '../domain/errors.ts';
import { mayRetry, withFailureMap } from './failure-map.ts';

describe('which failures a step is tried again after', () => {
  it('what waiting may mend, and nothing that is an answer', () => {
    const retried = (Object.keys(errorCodes) as ErrorCode[]).filter(mayRetry);
    expect(retried.filter((code) => !/UNAVAILABLE|FULL|NOT_READY|OVERLOADED|IN_PROGRESS|INTERNAL/.test(code))).toEqual([]);
    for (const code of ['DATASET_EMPTY', 'PROMOTION_CONFLICT', 'TRAINING_TOO_FEW_CLASSES'] as const) expect(mayRetry(code)).toBe(false);
  });
  it('reaches the workflow as a failure of the code’s name', async () => {
    const steps = withFailureMap({ fails: async () => { throw new PerennialError('DATASET_EMPTY'); }, waits: async () => { throw new PerennialError('STORE_UNAVAILABLE'); } });
    await expect(steps.fails()).rejects.toMatchObject({ type: 'DATASET_EMPTY', nonRetryable: true });
    await expect(steps.waits()).rejects.toMatchObject({ type: 'STORE_UNAVAILABLE', nonRetryable: false });
    await expect(steps.fails()).rejects.toBeInstanceOf(ApplicationFailure);
  });
});
