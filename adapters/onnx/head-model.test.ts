import { describe, expect, it } from 'vitest';
import type { Head } from '../../domain/ports.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';
import { adaptModel } from './adapt-model.ts';
import type { ImportSpecification } from '../../domain/model-import.ts';
import { composeModel, readHead, readModelMetadata } from './head-model.ts';
import { inspectModel } from './inspect-model.ts';
import { decodeModel, encodeModel, node, valueInfo, writeNotes } from './model-file.ts';
import { createOnnxBackbone } from './onnx-backbone.ts';
import { createOnnxSession } from './session.ts';
import { bytesOf, features, randomValues, smallModel } from './testing/small-models.ts';
import { weightsDigest } from './weights-digest.ts';

const spec: ImportSpecification = {
  classNames: ['a', 'b', 'c'], colourOrder: 'rgb', range: '0-1', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], resizeMode: 'stretch',
};
const adapted = adaptModel(bytesOf(smallModel()), spec);
const preprocessing: Preprocessing = adapted.preprocessing;
const head: Head = {
  classIds: [4, 9], dimensions: features, weights: randomValues(2 * features, 21), bias: Float32Array.of(0.25, -0.5), temperature: 1.7,
  normalise: 'l2', centroids: randomValues(2 * features, 22),
};
const composition = { backbone: adapted.bytes, head, classNames: ['fox', 'owl'], preprocessing };

function softmax(values: readonly number[]): number[] {
  const powers = values.map((value) => Math.exp(value - Math.max(...values)));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((value) => value / sum);
}

describe('a composed model', () => {
  it('computes the head over the embedding: unit length, product, bias, temperature, softmax', async () => {
    const session = await createOnnxSession(composeModel(composition), { threads: 1 });
    const { embedding, logits, probabilities } = await session.run(randomValues(3 * 256, 1), 1, session.outputNames);
    const length = Math.hypot(...embedding!.data);
    const expected = [0, 1].map((row) => embedding!.data.reduce((sum, value, at) => sum + (value / length) * head.weights[row * features + at]!, head.bias[row]!));
    expected.forEach((value, at) => expect(logits!.data[at]).toBeCloseTo(value, 5));
    softmax(expected.map((value) => value / head.temperature)).forEach((value, at) => expect(probabilities!.data[at]).toBeCloseTo(value, 5));
    expect(session.outputNames).toEqual(['probabilities', 'logits', 'embedding', 'feature_map']);
    await session.close();
  });

  it('leaves the embedding as it is when nothing is normalised', async () => {
    const session = await createOnnxSession(composeModel({ ...composition, head: { ...head, normalise: 'none' } }), { threads: 1 });
    const { embedding, logits } = await session.run(randomValues(3 * 256, 1), 1, session.outputNames);
    const expected = embedding!.data.reduce((sum, value, at) => sum + value * head.weights[at]!, head.bias[0]!);
    expect(logits!.data[0]).toBeCloseTo(expected, 5);
    await session.close();
  });

  it('says what it is, and gives its head back', () => {
    const bytes = composeModel({ ...composition, notes: { 'perennial.datasetVersion': 'abc' } });
    expect(readModelMetadata(bytes)).toEqual({
      classNames: ['fox', 'owl'], classIds: [4, 9], preprocessing, temperature: 1.7, normalise: 'l2', dimensions: features,
      notes: { 'perennial.datasetVersion': 'abc' },
    });
    expect(readHead(bytes)).toEqual(head);
    expect(readHead(composeModel({ ...composition, head: { ...head, centroids: null } })).centroids).toBeNull();
  });

  it('is the same bytes each time, and a file that may be imported', () => {
    expect(composeModel(composition)).toEqual(composeModel(composition));
    expect(inspectModel(composeModel(composition)).input.name).toBe('image');
  });

  it('can be the backbone of the next one', async () => {
    const next = composeModel({ ...composition, backbone: composeModel(composition) });
    const [one, two] = await Promise.all([composeModel(composition), next].map((bytes) => createOnnxSession(bytes, { threads: 1 })));
    const input = randomValues(3 * 256, 2);
    const answers = await Promise.all([one!, two!].map((session) => session.run(input, 1, ['probabilities'])));
    expect(answers[1]).toEqual(answers[0]);
    await Promise.all([one!.close(), two!.close()]);
  });

  it('refuses heads that do not hold together', () => {
    expect(() => composeModel({ ...composition, classNames: ['fox'] })).toThrow(expect.objectContaining({ code: 'MODEL_CLASSES_MISMATCH' }));
    const wrong: Partial<Head>[] = [
      { temperature: 0 }, { temperature: NaN }, { weights: randomValues(3, 1) }, { bias: Float32Array.of(1) }, { classIds: [4, 4] },
      { weights: head.weights.map((value, at) => (at === 3 ? NaN : value)) },
    ];
    for (const each of wrong) {
      expect(() => composeModel({ ...composition, head: { ...head, ...each } }), JSON.stringify(each)).toThrow(expect.objectContaining({ code: 'TRAINING_INPUT_INVALID' }));
    }
  });

  it('refuses to read what another made, or notes that were tampered with', () => {
    expect(() => readModelMetadata(bytesOf(smallModel()))).toThrow(expect.objectContaining({ code: 'MODEL_FILE_INVALID' }));
    const model = decodeModel(composeModel(composition));
    writeNotes(model, { 'perennial.classIds': '[1,2,3]' });
    expect(() => readModelMetadata(encodeModel(model))).toThrow(expect.objectContaining({ code: 'MODEL_FILE_INVALID' }));
  });
});

describe('the digest of weights', () => {
  it('is the backbone’s whatever head, notes and outputs are added', () => {
    const digest = weightsDigest(adapted.bytes);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(weightsDigest(composeModel(composition))).toBe(digest);
    const model = decodeModel(adapted.bytes);
    model.graph.node.push(node('Relu', ['embedding'], ['more']));
    model.graph.output.push(valueInfo('more', 1, ['N', features]));
    writeNotes(model, { more: 'notes' });
    expect(weightsDigest(encodeModel(model))).toBe(digest);
  });

  it('changes with one weight of the backbone', () => {
    const model = decodeModel(adapted.bytes);
    const weight = model.graph.initializer.find((each) => each.name === 'conv.weight')!;
    weight.rawData = weight.rawData!.map((byte, at) => (at === 0 ? byte ^ 1 : byte));
    expect(weightsDigest(encodeModel(model))).not.toBe(weightsDigest(adapted.bytes));
  });
});

describe('F60: a backbone', () => {
  it('gives the same values within 1e-5 in batches of 1 to 32, and in more parts than one', async () => {
    const backbone = await createOnnxBackbone(adapted.bytes, { threads: 1, batchSizeMax: 32 });
    const images = Array.from({ length: 40 }, (_, at) => randomValues(3 * 256, at + 1));
    const alone: Awaited<ReturnType<typeof backbone.run>>[number][] = [];
    for (const image of images) alone.push(...await backbone.run([image]));
    for (const size of [2, 3, 8, 31, 32, 40]) {
      (await backbone.run(images.slice(0, size))).forEach(({ embedding, logits }, at) => {
        embedding.forEach((value, place) => expect(Math.abs(value - alone[at]!.embedding[place]!)).toBeLessThan(1e-5));
        logits!.forEach((value, place) => expect(Math.abs(value - alone[at]!.logits![place]!)).toBeLessThan(1e-5));
      });
    }
    expect(backbone.dimensions).toBe(features);
    expect(await backbone.run([])).toEqual([]);
    expect(await backbone.featureMap(images[0]!)).toMatchObject({ channels: features, height: 8, width: 8 });
    await backbone.close();
    await expect(backbone.run(images)).rejects.toMatchObject({ code: 'SERVING_NOT_READY' });
  });

  it('refuses images of another size, and answers that are not numbers', async () => {
    const backbone = await createOnnxBackbone(adapted.bytes, { threads: 1 });
    await expect(backbone.run([new Float32Array(7)])).rejects.toMatchObject({ code: 'MODEL_INPUT_UNSUPPORTED' });
    await expect(backbone.run([randomValues(3 * 256, 1).fill(NaN)])).rejects.toMatchObject({ code: 'MODEL_OUTPUT_NOT_FINITE' });
    expect((await backbone.run([randomValues(3 * 256, 1)])).length).toBe(1);
    await backbone.close();
  });

  it('refuses files that are no backbone', async () => {
    await expect(createOnnxBackbone(bytesOf(smallModel()), { threads: 1 })).rejects.toMatchObject({ code: 'MODEL_FILE_INVALID' });
    await expect(createOnnxBackbone(bytesOf(smallModel()), { threads: 1, preprocessing })).rejects.toMatchObject({ code: 'MODEL_OUTPUT_UNSUPPORTED' });
    await expect(createOnnxBackbone(new Uint8Array(5), { threads: 1 })).rejects.toMatchObject({ code: 'MODEL_FILE_INVALID' });
  });
});
