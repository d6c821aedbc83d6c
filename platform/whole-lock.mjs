// Says which packages of the lock file are missing for other systems than the one that wrote it. A lock that lacks them
// makes `npm ci` fail for everybody (some registries are short of the newest native packages). Prints nothing when whole.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @param {Record<string, { optionalDependencies?: Record<string, string> }>} packages the lock's `packages`
 * @returns {string[]} one line for each package that is missed
 */
export function missingFromLock(packages) {
  const nameOf = (path) => path.split('node_modules/').pop();
  const present = new Set(Object.keys(packages).map(nameOf));
  return Object.entries(packages).flatMap(([path, entry]) =>
    path === '' ? [] : Object.keys(entry.optionalDependencies ?? {}).filter((name) => !present.has(name)).map((name) => `${path} misses ${name}`),
  );
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(resolve(process.argv[2] ?? 'package-lock.json'), 'utf8'));
  for (const line of missingFromLock(lock.packages)) {
    console.log(line);
    process.exitCode = 1;
  }
}
