import { expect, it } from 'vitest';
import { adaptModel } from './adapt-model.ts';
import { createThreadedBackbone, createThreadedBackbones } from './inference-thread.ts';
import { createOnnxBackbone } from './onnx-backbone.ts';
import { bytesOf, randomValues, smallModel } from './testing/small-models.ts';

const adapted = adaptModel(bytesOf(smallModel({ side: 16 })), { classNames: ['a', 'b', 'c'], colourOrder: 'rgb', range: '0-1', mean: [0, 0, 0], std: [1, 1, 1], resizeMode: 'crop' });
/** A copy: what a thread is given is handed over. */
const bytesOfModel = (): Uint8Array => adapted.bytes.slice();
const images = Array.from({ length: 5 }, (_, at) => randomValues(3 * 16 * 16, at + 1));

it('answers as the same backbone does on the thread it is called on', async () => {
  const here = await createOnnxBackbone(bytesOfModel(), { threads: 1 });
  const there = await createThreadedBackbones(bytesOfModel(), 2);
  expect(there).toMatchObject({ weightsDigest: here.weightsDigest, preprocessing: here.preprocessing, dimensions: here.dimensions });
  expect(await Promise.all([there.run(images), there.run(images.slice(0, 1))])).toEqual([await here.run(images), await here.run(images.slice(0, 1))]);
  // The inputs are still whole: a batch that fails is run again image by image.
  expect(images[0]).toHaveLength(3 * 16 * 16);
  await Promise.all([here.close(), there.close()]);
});

it('says by code what is wrong with an input, and goes on', async () => {
  const backbone = await createThreadedBackbone(bytesOfModel(), { threads: 1 });
  await expect(backbone.run([new Float32Array(7)])).rejects.toMatchObject({ code: 'MODEL_INPUT_UNSUPPORTED' });
  await expect(backbone.run([images[0]!.map(() => NaN)])).rejects.toMatchObject({ code: 'MODEL_OUTPUT_NOT_FINITE' });
  expect(await backbone.run(images)).toHaveLength(5);
  await backbone.close();
});

it('refuses a file that is no model, and leaves no thread', async () => {
  await expect(createThreadedBackbone(new Uint8Array([1, 2, 3]), { threads: 1 })).rejects.toMatchObject({ code: expect.stringMatching(/^MODEL_/) });
});

it('a thread that has ended answers nobody, and nobody waits for it', async () => {
  const backbone = await createThreadedBackbone(bytesOfModel(), { threads: 1 });
  const waiting = backbone.run(images).catch((error: { code: string }) => error.code);
  await backbone.close();
  expect(['SERVING_NOT_READY', 5]).toContain(await waiting.then((answer) => (typeof answer === 'string' ? answer : answer.length)));
  await expect(backbone.run(images)).rejects.toMatchObject({ code: 'SERVING_NOT_READY' });
});
