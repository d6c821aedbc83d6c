import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UsageError } from './failures.ts';

export const credentialSchema = z.object({ url: z.url({ protocol: /^https?$/ }), secret: z.string().min(1) });
export type Credential = z.infer<typeof credentialSchema>;

export interface CredentialSource {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the command is called; the file is looked for here and upwards, then in the project folder. */
  readonly folder: string;
  readonly projectFolder: string;
}

/** Where the platform's credential file lies, or null. */
export function credentialFile({ folder, projectFolder }: CredentialSource): string | null {
  const tried = new Set<string>();
  for (let at = folder; !tried.has(at); at = dirname(at)) tried.add(at);
  tried.add(projectFolder);
  for (const each of tried) {
    const path = join(each, '.perennial', 'credential.json');
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path;
  }
  return null;
}

/**
 * The address and the secret: PERENNIAL_URL and PERENNIAL_KEY where both are set, else the file that `npm start` writes.
 * @throws UsageError saying how to get one
 */
export function readCredential(source: CredentialSource): Credential {
  const { PERENNIAL_URL: url, PERENNIAL_KEY: secret } = source.environment;
  if (url !== undefined && secret !== undefined) return parse({ url, secret }, 'PERENNIAL_URL and PERENNIAL_KEY');
  const path = credentialFile(source);
  if (path === null) throw new UsageError('No credential: run npm start on this machine, or set PERENNIAL_URL and PERENNIAL_KEY (an engineer makes a key with perennial key create).');
  let text: unknown;
  try {
    text = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new UsageError(`${path} cannot be read as JSON: remove it and run npm start again.`);
  }
  return parse(text, path);
}

function parse(value: unknown, from: string): Credential {
  const parsed = credentialSchema.safeParse(value);
  if (!parsed.success) throw new UsageError(`${from}: an address (http…) and a secret are needed.`);
  return parsed.data;
}
