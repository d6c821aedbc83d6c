import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from './context.ts';

const run = promisify(execFile);

/** Where a program lies on PATH, or undefined. */
export function findOnPath(name: string, environment: Environment): string | undefined {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  for (const folder of (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter)) {
    for (const ending of endings) {
      const file = join(folder, name + ending);
      if (folder !== '' && isProgram(file)) return file;
    }
  }
  return undefined;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** What a program prints when asked, or undefined where it does not run or takes longer than 10 s. */
export async function ask(program: string, args: readonly string[], environment: Environment): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(program, [...args], { timeout: 10_000, env: environment as NodeJS.ProcessEnv });
    return `${stdout}${stderr}`.trim();
  } catch {
    return undefined;
  }
}

export type Version = readonly [number, number, number];

/** The first dotted number of a text, e.g. `[1, 9, 1]` of `temporal version 1.9.1 (Server 1.32.0)`. */
export function readVersion(text: string | undefined): Version | undefined {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text ?? '');
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
}

/** True when `from` ≤ version < `below`. */
export function isWithin(version: Version | undefined, from: Version, below: Version): boolean {
  return version !== undefined && compareVersions(version, from) >= 0 && compareVersions(version, below) < 0;
}

export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
