import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { adaptModel } from './adapt-model.ts';
import type { ImportSpecification } from '../../domain/model-import.ts';
import { inlineExternalData } from './external-data.ts';
import { composeModel } from './head-model.ts';
import { importModel } from './import-model.ts';
import { tryModelInChild } from './loading-child.ts';
import { DataType, floatTensor, int64Tensor, node, valueInfo } from './model-file.ts';
import type { ModelFile } from './model-file.ts';
import { StringStringEntryProtoSchema, TensorProto_DataLocation } from './proto/onnx_pb.js';
import { createOnnxBackbone } from './onnx-backbone.ts';
import { createOnnxSession } from './session.ts';
import { bytesOf, features, smallModel } from './testing/small-models.ts';
import type { SmallModel } from './testing/small-models.ts';

const spec: ImportSpecification = {
  classNames: ['a', 'b', 'c'], colourOrder: 'rgb', range: '0-1', mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3], resizeMode: 'stretch',
};
const asBytes: ImportSpecification = { ...spec, range: '0-255', mean: [0, 0, 0], std: [1, 1, 1] };
const side = 16;

/** A picture as bytes, planes first, that differs from pixel to pixel. */
const picture = Uint8Array.from({ length: 3 * side * side }, (_, at) => (at * 73 + (at >> 3) * 11) % 256);

function softmax(values: ArrayLike<number>): number[] {
  const all = Array.from(values);
  const powers = all.map((value) => Math.exp(value - Math.max(...all)));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((value) => value / sum);
}

/** What the model answers as it came, fed in its own way by the runtime alone: the reference. */
async function asItCame(bytes: Uint8Array, options: SmallModel, told: ImportSpecification): Promise<Float32Array> {
  const session = await InferenceSession.create(bytes);
  const plane = side * side;
  const value = (at: number) => {
    const colour = Math.floor(at / plane);
    const byte = picture[at]!;
    return told.range === '0-1' ? (byte / 255 - told.mean[colour]!) / told.std[colour]! : byte;
  };
  const order = Array.from(picture, (_, at) => (options.layout === 'nhwc' ? (at % 3) * plane + Math.floor(at / 3) : at));
  const dims = options.layout === 'nhwc' ? [1, side, side, 3] : [1, 3, side, side];
  const tensor = options.type === 'uint8' ? new Tensor('uint8', Uint8Array.from(order, value), dims) : new Tensor('float32', Float32Array.from(order, value), dims);
  const { out } = await session.run({ pixels: tensor });
  await session.release();
  return out!.data as Float32Array;
}

function fed({ scale, mean, std }: { scale: number; mean: readonly number[]; std: readonly number[] }): Float32Array {
  return Float32Array.from(picture, (byte, at) => {
    const colour = Math.floor(at / (side * side));
    return (byte * scale - mean[colour]!) / std[colour]!;
  });
}

const external = (model: ModelFile): [Uint8Array, Uint8Array] => {
  const tensor = model.graph.initializer.find((each) => each.name === 'conv.weight')!;
  const sidecar = tensor.rawData!;
  tensor.rawData = new Uint8Array();
  tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
  tensor.externalData = [['location', 'm.data'], ['length', String(sidecar.length)]].map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
  return [bytesOf(model), sidecar];
};

describe('models made elsewhere are taken in', () => {
  it.each<[string, SmallModel, ImportSpecification, object]>([
    ['floats NCHW, free batch, Gemm', {}, spec, { batch: 'many', embedding: 'features', hasFeatureMap: true, logits: 'as_they_are' }],
    ['floats NHWC, batch fixed to 1, MatMul and Add', { layout: 'nhwc', batch: 1, last: 'matmul' }, spec, { batch: 'rewritten', embedding: 'features', hasFeatureMap: true }],
    ['bytes NHWC', { layout: 'nhwc', type: 'uint8', batch: 1 }, asBytes, { batch: 'rewritten', embedding: 'features' }],
    ['softmax inside', { ending: 'softmax', reduceMean: true }, spec, { logits: 'softmax_undone', embedding: 'features', hasFeatureMap: true }],
    ['softmax inside and hidden by a reshape', { ending: 'softmax_reshaped' }, spec, { logits: 'logarithm', embedding: 'logits' }],
    ['a 1×1 convolution as last layer', { last: 'convolution' }, spec, { embedding: 'features', hasFeatureMap: true }],
    ['no linear layer', { last: 'none' }, spec, { embedding: 'logits', hasFeatureMap: false }],
    ['a batch of 1 written into a reshape', { batch: 1, reshapeToOne: true }, spec, { batch: 'rewritten', embedding: 'features' }],
    ['opset 11', { opset: 11, ending: 'softmax' }, spec, { logits: 'softmax_undone' }],
  ])('%s', async (_what, options, told, expected) => {
    const bytes = bytesOf(smallModel({ side, ...options }));
    const model = await importModel(bytes, told);
    expect(model).toMatchObject(expected);
    expect(model.preprocessing).toMatchObject({ layout: 'nchw', type: 'float32', width: side, height: side });

    const came = await asItCame(bytes, options, told);
    const expectedProbabilities = options.ending === undefined ? softmax(came) : Array.from(came);
    const backbone = await createOnnxBackbone(model.bytes, { threads: 1 });
    const [answer] = await backbone.run([fed(model.preprocessing)]);
    softmax(answer!.logits!).forEach((value, at) => expect(value).toBeCloseTo(expectedProbabilities[at]!, 5));
    expect(backbone.dimensions).toBe(model.embedding === 'features' ? features : 3);
    await backbone.close();

    // The model's own last layer as a head on its embedding answers the same.
    const head = { classIds: [0, 1, 2], ...model.head, temperature: 1, normalise: 'none' as const, centroids: null };
    const session = await createOnnxSession(composeModel({ backbone: model.bytes, head, classNames: told.classNames, preprocessing: model.preprocessing }), { threads: 1 });
    const { probabilities } = await session.run(fed(model.preprocessing), 1, ['probabilities']);
    probabilities!.data.forEach((value, at) => expect(value).toBeCloseTo(expectedProbabilities[at]!, 5));
    await session.close();
  });

  it('weights in a file beside it, taken in first', async () => {
    const [bytes, sidecar] = external(smallModel());
    await expect(importModel(bytes, spec)).rejects.toMatchObject({ code: 'MODEL_EXTERNAL_DATA' });
    expect((await importModel(inlineExternalData(bytes, sidecar), spec)).weightsDigest).toBe((await importModel(bytesOf(smallModel()), spec)).weightsDigest);
  });

  it('a model that uses our names for things of its own', async () => {
    const model = smallModel();
    for (const each of model.graph.node) {
      each.name = { pooled: 'logits', flat: 'embedding' }[each.output[0] ?? ''] ?? each.name;
      each.input = each.input.map((name) => ({ conv: 'image', map: 'logits' })[name] ?? name);
      each.output = each.output.map((name) => ({ conv: 'image', map: 'logits' })[name] ?? name);
    }
    const imported = await importModel(bytesOf(model), spec);
    expect(imported).toMatchObject({ embedding: 'features', hasFeatureMap: true });
    expect(imported.weightsDigest).toBe((await importModel(bytesOf(smallModel()), spec)).weightsDigest);
    // And what we made may be imported again.
    expect(await importModel(imported.bytes, { ...spec, output: 'logits' })).toMatchObject({ embedding: 'features', weightsDigest: imported.weightsDigest });
  });

  it('half precision', async () => {
    const model = smallModel({ type: 'float16' });
    expect(await importModel(bytesOf(model), spec)).toMatchObject({ embedding: 'features', report: { classes: 3 } });
  });

  it('a model whose batch cannot be freed is run one image at a time', async () => {
    const model = smallModel({ batch: 1 });
    // Adding the answers of the whole batch together: a batch of two answers otherwise than two alone.
    model.graph.initializer.push(int64Tensor('first', [1], [0n]));
    model.graph.node.splice(-1, 1, node('ReduceSum', ['answers', 'first'], ['summed'], { keepdims: 1 }), node('Add', ['answers', 'summed'], ['out']));
    const imported = await importModel(bytesOf(model), spec);
    expect(imported.batch).toBe('one');
    const backbone = await createOnnxBackbone(imported.bytes, { threads: 1 });
    const image = fed(imported.preprocessing);
    const answers = await backbone.run([image, image, image]);
    expect(answers[2]).toEqual(answers[0]);
    await backbone.close();
  });

  const shared = process.env['PERENNIAL_SHARED_DATA'];
  const path = shared === undefined ? null : join(shared, 'models', 'orientation', 'model.onnx');
  it.skipIf(path === null || !existsSync(path))('a published classifier (needs PERENNIAL_SHARED_DATA, skipped without)', async () => {
    const imported = await importModel(readFileSync(path!), {
      classNames: ['0', '90', '180', '270'], colourOrder: 'rgb', range: '0-1', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], resizeMode: 'crop',
    });
    expect(imported).toMatchObject({ embedding: 'features', batch: 'many', logits: 'softmax_undone', head: { dimensions: 1280 } });
    const values = Float32Array.from({ length: 3 * 224 * 224 }, (_, at) => ((at * 73 + (at >> 5) * 11) % 256) / 128 - 1);
    const reference = await InferenceSession.create(readFileSync(path!));
    const came = (await reference.run({ x: new Tensor('float32', values, [1, 3, 224, 224]) }))['fetch_name_0']!.data as Float32Array;
    await reference.release();
    const backbone = await createOnnxBackbone(imported.bytes, { threads: 1 });
    const [answer] = await backbone.run([values]);
    softmax(answer!.logits!).forEach((value, at) => expect(value).toBeCloseTo(came[at]!, 5));
    await backbone.close();
  });
});

describe('models that do not do what they should are refused by the trial', () => {
  const refusal = (bytes: Uint8Array, told = spec) => importModel(bytes, told).then(() => 'accepted', (error: { code?: string }) => error.code ?? 'no code');

  it.each<[string, string, (model: ModelFile) => void]>([
    ['NaN', 'MODEL_OUTPUT_NOT_FINITE', ({ graph }) => {
      const tensor = graph.initializer.find((each) => each.name === 'last.bias')!;
      tensor.rawData = new Uint8Array(Float32Array.of(NaN, 0, 0).buffer);
    }],
    ['the same answer for every picture', 'MODEL_OUTPUT_UNSUPPORTED', ({ graph }) => {
      const tensor = graph.initializer.find((each) => each.name === 'last.weight')!;
      tensor.rawData = new Uint8Array(tensor.rawData!.length);
    }],
    ['sizes that do not fit', 'MODEL_LOAD_FAILED', ({ graph }) => graph.initializer.splice(0, 1, floatTensor('conv.weight', [8, 5, 3, 3], new Float32Array(360)))],
    ['a name that nothing makes', 'MODEL_LOAD_FAILED', ({ graph }) => graph.node.splice(0, 1)],
    ['a ring', 'MODEL_LOAD_FAILED', ({ graph }) => Object.assign(graph.node[0]!, { input: ['answers', 'conv.weight', 'conv.bias'] })],
    ['more classes than its file says', 'MODEL_CLASSES_MISMATCH', ({ graph }) => {
      graph.output.splice(0, 1, valueInfo('flat', DataType.FLOAT, ['N', 3]));
    }],
  ])('%s: %s', async (_what, code, change) => {
    const model = smallModel();
    change(model);
    expect(await refusal(bytesOf(model))).toBe(code);
  });

  it('wrong number of names, sigmoid, bytes told to be scaled, a layout it has not', async () => {
    expect(await refusal(bytesOf(smallModel()), { ...spec, classNames: ['a', 'b'] })).toBe('MODEL_CLASSES_MISMATCH');
    expect(await refusal(bytesOf(smallModel({ ending: 'sigmoid' })))).toBe('MODEL_OUTPUT_UNSUPPORTED');
    expect(await refusal(bytesOf(smallModel({ type: 'uint8' })))).toBe('MODEL_INPUT_UNSUPPORTED');
    expect(await refusal(bytesOf(smallModel()), { ...spec, layout: 'nhwc' })).toBe('MODEL_INPUT_UNSUPPORTED');
  });

  it('memory while running: a map blown up to 0.5 GB ends a child of 1 GB, and runs in one of 4', async () => {
    const model = smallModel();
    model.graph.initializer.push(int64Tensor('often', [4], [1n, 1n, 500n, 500n]));
    model.graph.node.splice(-1, 1, node('Tile', ['map', 'often'], ['blown']), node('GlobalMaxPool', ['blown'], ['mean']),
      node('Flatten', ['mean'], ['mean.flat'], { axis: 1 }), node('Gemm', ['mean.flat', 'last.weight', 'last.bias'], ['out'], { transB: 1 }));
    const { bytes, preprocessing } = adaptModel(bytesOf(model), spec);
    await expect(tryModelInChild(bytes, preprocessing, 3, { secondsMax: 30, memoryBytesMax: 2 ** 30 })).rejects.toMatchObject({ code: 'MODEL_LOAD_FAILED' });
    expect(await tryModelInChild(bytes, preprocessing, 3, { secondsMax: 30, memoryBytesMax: 4 * 2 ** 30 })).toMatchObject({ classes: 3 });
  }, 70_000);

  it('memory while reading: 60 MB of one-byte numbers do not become gigabytes here', async () => {
    // graph (7), initializer (5), int64_data (7), packed, written by hand; a second graph is merged into the first.
    const varint = (value: number) => {
      const bytes: number[] = [];
      for (let rest = value; ; rest = Math.floor(rest / 128)) {
        bytes.push(rest > 127 ? (rest % 128) | 128 : rest);
        if (rest <= 127) return Uint8Array.from(bytes);
      }
    };
    const field = (number: number, body: Uint8Array) => Buffer.concat([varint((number << 3) | 2), varint(body.length), body]);
    const bomb = Buffer.concat([bytesOf(smallModel()), field(7, field(5, field(7, new Uint8Array(60_000_000).fill(1))))]);
    const before = process.memoryUsage().rss;
    expect(await refusal(bomb)).toBe('MODEL_LOAD_FAILED');
    expect(process.memoryUsage().rss - before).toBeLessThan(700 * 2 ** 20);
  }, 40_000);

  it('time: a child that does not answer in time is killed', async () => {
    const { bytes, preprocessing } = await importModel(bytesOf(smallModel()), spec);
    await expect(tryModelInChild(bytes, preprocessing, 3, { secondsMax: 0.02, memoryBytesMax: 2 ** 31 }))
      .rejects.toMatchObject({ code: 'MODEL_LOAD_FAILED', details: { why: 'no answer within 0.02 s' } });
  });
});
