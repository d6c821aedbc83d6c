import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const secretsSchema = z.object({
  postgresOwner: z.string().min(24),
  postgresApp: z.string().min(24),
  postgresErasure: z.string().min(24),
  s3AccessKey: z.string().min(12),
  s3SecretKey: z.string().min(24),
  auth: z.string().min(24),
});
export type Secrets = z.output<typeof secretsSchema>;

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** The passwords of this machine's services: made once at random, kept in a file that only its owner reads (0600). */
export function loadSecrets(path: string): Secrets {
  const found = secretsSchema.safeParse(readJsonFile(path));
  if (found.success) return found.data;
  const made: Secrets = {
    postgresOwner: hex(24),
    postgresApp: hex(24),
    postgresErasure: hex(24),
    s3AccessKey: hex(10),
    s3SecretKey: hex(24),
    auth: hex(32),
  };
  writeJsonFile(path, made, 0o600);
  return made;
}
