import { defineConfig } from 'vitest/config';

const never = ['**/node_modules/**', '**/dist/**', '.perennial/**'];

/** Three sizes, told apart by name: small is pure and takes milliseconds, medium has the real services, e2e has a browser. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'small', include: ['**/*.test.{ts,tsx}'], exclude: [...never, '**/*.medium.test.ts', 'e2e/**'], setupFiles: ['testing/no-sockets.ts'], testTimeout: 60_000 } },
      { test: { name: 'medium', include: ['**/*.medium.test.ts'], exclude: never, globalSetup: ['testing/global-setup.ts'], testTimeout: 60_000, hookTimeout: 120_000, maxWorkers: 2 } },
      // All fifteen kills, with a seed of one's own in PERENNIAL_KILL_SEED; among the others there are six.
      { test: { name: 'kills', include: ['e2e/kills.e2e.test.ts'], exclude: never, env: { PERENNIAL_KILL_ROUNDS: process.env['PERENNIAL_KILL_ROUNDS'] ?? '5' }, hookTimeout: 600_000 } },
      { test: { name: 'e2e', include: ['e2e/**/*.test.ts'], exclude: never, testTimeout: 600_000, hookTimeout: 600_000, fileParallelism: false } },
    ],
  },
});
