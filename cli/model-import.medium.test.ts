import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { bytesOf, smallModel } from '../adapters/onnx/testing/small-models.ts';
import type { ImportModelReply } from '../contracts/models.ts';
import type { ApiWorld } from '../testing/api-world.ts';
import { bytesOfGood, goodModels, modelWithDataBeside, side } from '../testing/import-fixtures.ts';
import { createImportWorld } from '../testing/import-world.ts';
import { createContext } from './context.ts';
import { runCli } from './run-cli.ts';

let world: ApiWorld;
let secret: string;
const folder = mkdtempSync(join(tmpdir(), 'perennial-model-'));
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
beforeAll(async () => {
  ({ world } = await createImportWorld(inject('services')));
  secret = (await world.key('admin', null)).secret;
  file('labels.txt', 'badger\r\nfox\n\nhare\n');
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world?.close();
});

/** Runs one command line against the real api; `answers` are what a person at the terminal types. */
async function run(args: readonly string[], answers?: string[]) {
  const [out, err, asked]: [string[], string[], string[]] = [[], [], []];
  const ask = async (question: string) => { asked.push(question); return answers?.shift() ?? ''; };
  const context = createContext({
    environment: { PERENNIAL_URL: world.url, PERENNIAL_KEY: secret }, folder, projectFolder: folder, out: (text) => void out.push(text), err: { write: (text) => err.push(text) }, ...(answers !== undefined && { ask }),
  });
  const code = await runCli(['model', 'import', ...args], context);
  return { code, out: out.join('\n'), err: err.join(''), asked };
}
const labels = ['--classes', join(folder, 'labels.txt')];

describe('perennial model import', { timeout: 180_000 }, () => {
  it('makes the project, puts the weights of the file beside it inside, and says what was found', async () => {
    const { model, data } = modelWithDataBeside('fox.onnx.data');
    file('fox.onnx.data', data);
    const { code, out, err } = await run([file('fox.onnx', model), ...labels, '--preset', 'imagenet', '--project', 'Fox Hill']);
    expect([code, err]).toEqual([0, expect.stringContaining('The weights in fox.onnx.data were put into the model.') as string]);
    expect(err).toContain('The project fox-hill was made with the model’s 3 classes.');
    expect(out).toContain('fox.onnx is model version 1 and the champion');
    expect(out).toContain('the model’s own features');
    expect((await world.projects.all()).map(({ slug }) => slug)).toContain('fox-hill');
  });

  it('asks on a terminal for what the file cannot say; an empty answer takes what is usual', async () => {
    const path = file('mine.onnx', bytesOfGood(goodModels[0]!));
    const { code, out, asked } = await run([path, '--project', 'asked', '--resize', 'stretch', '--json'], [join(folder, 'labels.txt'), 'BGR', '', '0.4', '']);
    expect(code).toBe(0);
    expect(asked.map((each) => each.split(' ').at(-2))).toEqual(['line?', '[rgb]', '[0-1]', '[0.485,0.456,0.406]', '[0.229,0.224,0.225]']);
    const reply = JSON.parse(out) as ImportModelReply;
    const version = await world.database.modelVersion.findUniqueOrThrow({ where: { id: reply.version.id } });
    expect(version.preprocessing).toMatchObject({ colourOrder: 'bgr', scale: 1 / 255, mean: [0.4, 0.4, 0.4], std: [0.229, 0.224, 0.225], resizeMode: 'stretch' });
  });

  it('asks nothing that the file says: bytes have no range, mean or deviation', async () => {
    const { asked, code } = await run([file('bytes.onnx', bytesOfGood(goodModels[2]!)), ...labels, '--project', 'bytes'], []);
    expect([code, asked.length]).toEqual([0, 2]);
    expect(asked.join()).toMatch(/rgb or bgr.*resize|rgb or bgr.*How does a picture/s);
  });

  it('asks for the size where it is free', async () => {
    const free = smallModel({ side });
    free.graph.input[0]!.type!.value = smallModel({ side: 0 as number }).graph.input[0]!.type!.value;
    const { asked, code } = await run([file('free.onnx', bytesOf(free)), ...labels, '--preset', 'imagenet', '--project', 'free'], ['48x32']);
    expect([code, asked.length]).toEqual([0, 1]);
  });

  it('refuses where nobody can be asked, and names every option that is missing', async () => {
    const path = file('silent.onnx', bytesOfGood(goodModels[0]!));
    const { code, err } = await run([path, ...labels, '--mean', '0', '--project', 'silent']);
    expect(code).toBe(2);
    for (const option of ['--colour', '--range', '--std', '--resize', '--preset imagenet|symmetric|bytes']) expect(err).toContain(option);
    expect(err).not.toContain('--mean');
    expect((await run([path, '--preset', 'imagenet'])).err).toContain('--classes FILE');
  });

  it.each([
    ['no file', ['missing.onnx'], 2, 'There is no file'],
    ['another number of names', [() => file('three.onnx', bytesOfGood(goodModels[0]!)), '--classes', () => file('two.txt', 'a\nb\n'), '--preset', 'imagenet'], 2, 'answers for 3 classes, and 2 are named'],
    ['a name twice', [() => file('three.onnx', bytesOfGood(goodModels[0]!)), '--classes', () => file('twice.txt', 'a\nb\na\n'), '--preset', 'imagenet'], 2, 'names a twice'],
    ['a preset that is none', [() => file('three.onnx', bytesOfGood(goodModels[0]!)), ...labels, '--preset', 'toString'], 2, '--preset is one of'],
    ['a deviation of 0', [() => file('three.onnx', bytesOfGood(goodModels[0]!)), ...labels, '--preset', 'imagenet', '--std', '0'], 2, '--std is above 0'],
    ['weights at a place of the machine', [() => file('far.onnx', modelWithDataBeside('/etc/passwd').model), ...labels, '--preset', 'imagenet'], 1, 'not a file beside it'],
    ['weights that are not there', [() => file('gone.onnx', modelWithDataBeside('gone.data').model), ...labels, '--preset', 'imagenet'], 2, 'not beside it'],
    ['no model at all', [() => file('page.onnx', '<html>'), ...labels, '--preset', 'imagenet', '--project', 'page'], 1, 'MODEL_FILE_INVALID'],
  ] as const)('%s is one sentence', async (_what, args, code, sentence) => {
    const answer = await run(args.map((each) => (typeof each === 'function' ? each() : each)));
    expect([answer.code, answer.err]).toEqual([code, expect.stringContaining(sentence) as string]);
    expect(answer.err).not.toContain('    at ');
  });

  it('sent again the same way it is the same version; in a project with a champion it waits for a person', async () => {
    const path = file('again.onnx', bytesOfGood(goodModels[0]!));
    const args = [path, ...labels, '--preset', 'imagenet', '--project', 'again', '--json'];
    const first = JSON.parse((await run(args)).out) as ImportModelReply;
    const second = JSON.parse((await run(args)).out) as ImportModelReply;
    expect([second.version.id, second.becameChampion]).toEqual([first.version.id, true]);
    const other = await run([path, ...labels, '--preset', 'symmetric', '--project', 'again']);
    expect(other.out).toContain('model version 2 (');
    expect(other.out).toContain('perennial promote 2 --reason');
  });
});
