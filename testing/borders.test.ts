import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Each border once, crossed: where, with what, and which rule has to say so. */
const crossings: readonly (readonly [name: string, file: string, text: string, rule: string])[] = [
  ['domain imports statistics alone', 'domain/a.ts', "import { x } from '../application/x.ts';\nexport const y = x;", 'no-restricted-imports'],
  ['domain has no node:*', 'domain/b.ts', "import { readFileSync } from 'node:fs';\nexport const y = readFileSync;", 'no-restricted-imports'],
  ['domain has no zod', 'domain/c.ts', "import { z } from 'zod';\nexport const y = z;", 'no-restricted-imports'],
  ['domain below a folder of its own', 'domain/plots/d.ts', "import { x } from '../../adapters/x.ts';\nexport const y = x;", 'no-restricted-imports'],
  ['bin is imported by nobody', 'platform/e.ts', "import { x } from '../bin/api.ts';\nexport const y = x;", 'no-restricted-imports'],
  ['testing is for tests', 'bin/f.ts', "import { x } from '../testing/x.ts';\nexport const y = x;", 'no-restricted-imports'],
  ['Prisma is for adapters/postgres', 'api/g.ts', "import { x } from '@prisma/client';\nexport const y = x;", 'no-restricted-imports'],
  ['routes never touch tables', 'api/routes/h.ts', "import { x } from '../../adapters/postgres/x.ts';\nexport const y = x;", 'no-restricted-imports'],
  ['S3 is for adapters/object-store', 'application/i.ts', "import { x } from 'minio';\nexport const y = x;", 'no-restricted-imports'],
  ['ONNX Runtime is for adapters/onnx', 'adapters/images/j.ts', "import { x } from 'onnxruntime-node';\nexport const y = x;", 'no-restricted-imports'],
  ['sharp is for adapters/images', 'adapters/onnx/k.ts', "import { x } from 'sharp';\nexport const y = x;", 'no-restricted-imports'],
  ['one adapter never imports another', 'adapters/mlflow/l.ts', "import { x } from '../onnx/x.ts';\nexport const y = x;", 'no-restricted-imports'],
  ['the terminal speaks HTTP', 'cli/k2.ts', "import { x } from '../adapters/onnx/external-data.ts';\nexport const y = x;", 'no-restricted-imports'],
  ['the terminal runs no model', 'cli/model-file.ts', "import { x } from '../adapters/onnx/session.ts';\nexport const y = x;", 'no-restricted-imports'],
  ['the pages speak contracts', 'labeling-ui/src/m.ts', "import { x } from '../../application/x.ts';\nexport const y = x;", 'no-restricted-imports'],
  ['workflows see activities as types', 'workflows/n.ts', "import { x } from '../activities/x.ts';\nexport const y = x;", 'no-restricted-imports'],
  ['workflows have no node:*', 'workflows/o.ts', "import { x } from 'node:crypto';\nexport const y = x;", 'no-restricted-imports'],
  ['Temporal stays out of application', 'application/p.ts', "import { x } from '@temporalio/client';\nexport const y = x;", 'no-restricted-imports'],
  ['the environment is read once', 'api/q.ts', "export const y = process.env['HOME'];", 'no-process-env'],
  ['no any', 'api/r.ts', 'export const y = (x: any): unknown => x;', 'no-explicit-any'],
  ['types are imported as types', 'api/s.ts', "import { Y } from './s2.ts';\nexport const y = (x: Y): Y => x;", 'consistent-type-imports'],
  ['no default exports', 'api/t.ts', 'export default 1;', 'no-default-export'],
  ['no cycles', 'api/u.ts', "import { v } from './v.ts';\nexport const u = (): unknown => v;", 'no-cycle'],
  ['no floating promises', 'api/w.ts', 'export function w(): void { Promise.resolve(1); }', 'no-floating-promises'],
  ['switches are exhaustive', 'api/x.ts', "export function x(y: 'a' | 'b'): number { switch (y) { case 'a': return 1; } return 0; }", 'switch-exhaustiveness-check'],
];
const kept: readonly (readonly [name: string, file: string, text: string])[] = [
  ['types of activities in workflows', 'workflows/ok.ts', "import type { X } from '../activities/x.ts';\nexport type Y = X;"],
  ['contracts in the pages', 'labeling-ui/src/ok.ts', "import { x } from '../../contracts/x.ts';\nexport const y = x;"],
  ['fakes in tests', 'domain/ok.test.ts', "import { x } from '../testing/fakes/x.ts';\nexport const y = x;"],
];

interface Finding { readonly filename: string; readonly code: string }
let findings: readonly Finding[] = [];
const folder = mkdtempSync(join(tmpdir(), 'perennial-borders-'));

beforeAll(() => {
  const others = [['api/s2.ts', 'export type Y = number;'], ['api/v.ts', "import { u } from './u.ts';\nexport const v = (): unknown => u;"]];
  for (const [file = '', text = ''] of [...crossings.map(([, file, text]) => [file, text]), ...kept.map(([, file, text]) => [file, text]), ...others]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\n`);
  }
  copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { strict: true, noEmit: true, module: 'nodenext', target: 'esnext', lib: ['esnext'], types: [], allowImportingTsExtensions: true } }));
  const bin = join(root, 'node_modules', '.bin');
  const environment = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
  let printed: string;
  try {
    printed = execFileSync(join(bin, 'oxlint'), ['--type-aware', '--format', 'json', '.'], { cwd: folder, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    printed = (error as { stdout: string }).stdout;
  }
  findings = (JSON.parse(printed) as { diagnostics: Finding[] }).diagnostics;
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(crossings)('%s', (_name, file, _text, rule) => {
  expect(findings.filter(({ filename }) => filename === file).map(({ code }) => code)).toEqual(expect.arrayContaining([expect.stringContaining(rule)]));
});

it.each(kept)('allowed: %s', (_name, file) => {
  expect(findings.filter(({ filename }) => filename === file)).toEqual([]);
});

it('every rule of the settings that is not off is crossed by a fixture here', () => {
  const { rules } = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as { rules: Record<string, unknown> };
  const on = Object.entries(rules).flatMap(([name, level]) => (level === 'off' ? [] : [name.split('/').at(-1) ?? '']));
  expect(on.filter((name) => !crossings.some(([, , , rule]) => rule === name) && name !== 'no-misused-promises')).toEqual([]);
});
