// Prints "PASSED FAILED" for a test report (vitest's JSON) and the exit code of the run that wrote it. A run without a
// report, without a single test that ran, or that ended badly although no test failed, is one failure.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @param {string | undefined} report the JSON text
 * @param {number} exitCode
 * @returns {{ passed: number, failed: number }}
 */
export function count(report, exitCode) {
  let parsed;
  try {
    parsed = JSON.parse(report ?? '');
  } catch {
    return { passed: 0, failed: 1 };
  }
  const passed = Number(parsed.numPassedTests ?? 0);
  // A file that could not even be loaded has no test to fail.
  const broken = (parsed.testResults ?? []).filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  const failed = Number(parsed.numFailedTests ?? 0) + broken;
  return { passed, failed: failed === 0 && (passed === 0 || exitCode !== 0) ? 1 : failed };
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  let text;
  try {
    text = readFileSync(process.argv[2], 'utf8');
  } catch {}
  const { passed, failed } = count(text, Number(process.argv[3]));
  console.log(`${passed} ${failed}`);
}
