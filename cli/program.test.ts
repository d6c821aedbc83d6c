import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createContext } from './context.ts';
import { buildProgram } from './program.ts';
import { runCli } from './run-cli.ts';

function world() {
  const out: string[] = [];
  const err: string[] = [];
  return { out, err, context: createContext({ environment: {}, folder: '/nowhere', projectFolder: '/nowhere', out: (text) => void out.push(text), err: { write: (text) => err.push(text) } }) };
}
const leaves = (command: Command, path: string[] = []): { path: string[]; command: Command }[] =>
  command.commands.length === 0 ? [{ path, command }] : command.commands.flatMap((each) => leaves(each, [...path, each.name()]));

describe('the command line', () => {
  const verbs = leaves(buildProgram(world().context));

  it('has every verb', () => {
    expect(verbs.map(({ path }) => path.join(' ')).sort()).toEqual([
      'alert list', 'alert resolve', 'challenge abort', 'challenge approve', 'challenge clear', 'challenge hold', 'challenge list', 'challenge policy', 'challenge show', 'challenge start', 'cold-start', 'dataset diff', 'dataset export', 'dataset list', 'dataset show', 'dataset verify', 'doctor', 'drill', 'gate show', 'import', 'invite', 'key create', 'label import', 'lineage', 'model hindsight', 'model import', 'model list', 'predict', 'project create', 'project list', 'project show',
      'promote', 'promotion list', 'replay', 'retrain cancel', 'retrain full', 'retrain light', 'retrain show', 'rollback', 'round close', 'round list', 'round open', 'schedule list', 'schedule pause', 'schedule resume', 'schedule run', 'schedule set', 'status', 'trainer install',
    ]);
  });
  it.each(verbs.map(({ path }) => path.join(' ')))('%s has an example of itself and answers as JSON too', async (path) => {
    const { out, context } = world();
    expect(await runCli([...path.split(' '), '--help'], context)).toBe(0);
    expect(out.join('\n')).toContain(`  $ perennial ${path}`);
    expect(out.join('\n')).toContain('--json');
  });
  it.each([
    [['no-such-verb']], [['round', 'open', '--items', 'many']], [['promote', '3']], [['replay', '--project', 'x']], [['project', 'create', 'x']], [['lineage', 'cat', 'x']], [['replay', '--project', 'x', '--stream', 'y', '--budget', '25']],
  ])('%j is a wrong call', async (args) => {
    const { err, context } = world();
    expect(await runCli(args, context)).toBe(2);
    expect(err.join('')).not.toBe('');
    expect(err.join('')).not.toContain('    at ');
  });
  it('says how to get a credential', async () => {
    const { out, err, context } = world();
    expect(await runCli(['status', '--json'], context)).toBe(2);
    expect(err.join('')).toContain('run npm start');
    expect(JSON.parse(out.join(''))).toMatchObject({ error: { code: null } });
  });
});
