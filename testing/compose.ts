import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export type ComposeService = {
  image?: string;
  build?: { dockerfile?: string; target?: string };
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  container_name?: string;
};
export type ComposeFile = { services: Record<string, ComposeService>; volumes: Record<string, unknown>; version?: string };

const file = join(import.meta.dirname, '..', 'docker-compose.yml');
const toJson = `import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))`;

/**
 * The compose file as data, read by the YAML library that MLflow brings.
 * @param python PERENNIAL_PYTHON of the test services
 */
export function readCompose(python: string): ComposeFile {
  return JSON.parse(execFileSync(python, ['-c', toJson, file], { encoding: 'utf8' })) as ComposeFile;
}

/**
 * Puts values in the places of `${NAME}`, `${NAME:-default}` and `${NAME:?why}`, as Compose does.
 * @throws Error with the words behind `:?` when a value is missing or empty
 */
export function interpolate(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, how: string | undefined, rest: string) => {
    const value = values[name];
    if (value !== undefined && value !== '') return value;
    if (how === '?') throw new Error(`${name}: ${rest}`);
    return how === '-' ? rest : '';
  });
}

/** Names of the variables without which nothing starts. */
export function requiredVariables(text: string): string[] {
  return [...new Set([...text.matchAll(/\$\{(\w+):\?/g)].map((match) => match[1] ?? ''))].toSorted((a, b) => a.localeCompare(b));
}
