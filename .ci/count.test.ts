import { describe, expect, it } from 'vitest';
// @ts-expect-error plain JavaScript, as it runs before anything is installed
import { count as untyped } from './count.mjs';

const count = untyped as (report: string | undefined, exitCode: number) => { passed: number; failed: number };
const report = (numPassedTests: number, numFailedTests: number, testResults: unknown[] = []): string => JSON.stringify({ numPassedTests, numFailedTests, testResults });

describe('what counts as failed', () => {
  it('adds tests up', () => {
    expect(count(report(12, 0), 0)).toEqual({ passed: 12, failed: 0 });
    expect(count(report(12, 3), 1)).toEqual({ passed: 12, failed: 3 });
  });

  it('a suite that did not run, or fell over after its tests, is a failure', () => {
    expect(count(undefined, 0)).toEqual({ passed: 0, failed: 1 });
    expect(count('{"numPas', 1)).toEqual({ passed: 0, failed: 1 });
    expect(count(report(0, 0), 0)).toEqual({ passed: 0, failed: 1 });
    expect(count(report(5, 0), 1)).toEqual({ passed: 5, failed: 1 });
    expect(count(report(5, 0, [{ status: 'failed', assertionResults: [] }]), 1)).toEqual({ passed: 5, failed: 1 });
  });
});
