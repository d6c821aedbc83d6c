import type { Command } from 'commander';
import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { credentialFile, readCredential } from '../credential.ts';
import { CommandFailed } from '../failures.ts';
import type { CliContext } from '../context.ts';
import { renderTable } from '../table.ts';
import { addVerb } from '../verb.ts';

const READY_WITHIN_MS = 10_000;
const FREE_BYTES_MIN = 2 * 1024 ** 3;

export interface Finding { readonly check: string; readonly ok: boolean; readonly found: string; readonly mend: string }

/** `perennial doctor` */
export function addDoctorVerb(program: Command, context: CliContext): void {
  addVerb(program, 'doctor', 'what is wrong with this set-up, and how to mend it', ['doctor', 'doctor --json']).action(async (options: { json?: boolean }) => {
    const findings = [nodeVersion(process.versions.node), await credential(context), await credentialMode(context), ...(await services(context)), await diskSpace(context)];
    const bad = findings.filter((each) => !each.ok);
    context.print(options, findings, () => `${renderTable(['', 'check', 'found', 'to mend it'], findings.map((each) => [each.ok ? '✓' : '✗', each.check, each.found, each.ok ? '' : each.mend]))}\n\n${bad.length === 0 ? 'All is well.' : ''}`.trimEnd());
    if (bad.length > 0) throw new CommandFailed(`${bad.length} of ${findings.length} checks found something to mend.`);
  });
}

/** @param version as Node says it, for instance 24.1.0 */
export function nodeVersion(version: string): Finding {
  return { check: 'Node.js', ok: Number(version.split('.')[0]) >= 24, found: version, mend: 'run it through cli/perennial.mjs, which goes on with the Node 24 of the dependencies' };
}

async function credential(context: CliContext): Promise<Finding> {
  const check = 'credential';
  try {
    return { check, ok: true, found: `for ${readCredential(context).url}`, mend: '' };
  } catch (error) {
    return { check, ok: false, found: 'none that can be used', mend: error instanceof Error ? error.message : '' };
  }
}

async function credentialMode(context: CliContext): Promise<Finding> {
  const check = 'credential file';
  const path = credentialFile(context);
  if (path === null) return { check, ok: true, found: 'none, the environment is used', mend: '' };
  const mode = (await stat(path)).mode & 0o777;
  return { check, ok: process.platform === 'win32' || (mode & 0o077) === 0, found: `mode ${mode.toString(8)}`, mend: `others can read your key: chmod 600 ${path}` };
}

/** What /readyz says, whatever its form: a part that names itself and its state becomes a line of its own. */
async function services(context: CliContext): Promise<Finding[]> {
  let url: string;
  try {
    url = readCredential(context).url.replace(/\/+$/, '');
  } catch {
    return [];
  }
  const mend = 'npm start brings everything up; its logs are in .perennial/logs';
  let response: Response;
  try {
    response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(READY_WITHIN_MS) });
  } catch {
    return [{ check: 'api', ok: false, found: `nobody answers at ${url}`, mend }];
  }
  const parts = readyParts(await response.json().catch(() => null));
  return [{ check: 'api', ok: response.ok, found: response.ok ? `ready at ${url}` : `not ready (${response.status})`, mend }, ...parts.map((each) => ({ ...each, mend }))];
}

/** Lines from the body of /readyz: { parts: { postgres: 'ready', … } } or the same with objects or booleans. */
export function readyParts(body: unknown): { check: string; ok: boolean; found: string }[] {
  if (typeof body !== 'object' || body === null) return [];
  const nested = Object.values(body).find((value): value is object => typeof value === 'object' && value !== null);
  return Object.entries(nested ?? {}).map(([key, value]: [string, unknown]) => {
    const facts: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : { state: value };
    const check = typeof facts['name'] === 'string' ? facts['name'] : key;
    const state = facts['ok'] ?? facts['ready'] ?? facts['state'] ?? facts['status'];
    const ok = state === true || (typeof state === 'string' && /^(ok|ready|up|yes)$/i.test(state));
    return { check, ok, found: ok ? 'ready' : String(facts['why'] ?? facts['detail'] ?? state) };
  });
}

async function diskSpace(context: CliContext): Promise<Finding> {
  const { bavail, bsize } = await statfs(context.projectFolder);
  const free = bavail * bsize;
  return { check: 'disk', ok: free >= FREE_BYTES_MIN, found: `${(free / 1024 ** 3).toFixed(1)} GiB free`, mend: `make room where ${join(context.projectFolder, '.perennial')} lies: at least 2 GiB` };
}
