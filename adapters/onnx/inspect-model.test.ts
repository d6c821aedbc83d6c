import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { isPerennialError } from '../../domain/errors.ts';
import { externalDataFile, inlineExternalData } from './external-data.ts';
import { defaultModelLimits, inspectModel } from './inspect-model.ts';
import { DataType, decodeModel, floatTensor, int64Tensor, node, valueInfo, writeNotes } from './model-file.ts';
import type { ModelFile, TensorProto } from './model-file.ts';
import {
  AttributeProtoSchema, AttributeProto_AttributeType, FunctionProtoSchema, GraphProtoSchema, SparseTensorProtoSchema, StringStringEntryProtoSchema,
  TensorProto_DataLocation, TrainingInfoProtoSchema,
} from './proto/onnx_pb.js';
import { bytesOf, randomValues, smallModel } from './testing/small-models.ts';
import { weightsDigest } from './weights-digest.ts';

function codeOf(bytes: Uint8Array, limits = defaultModelLimits): string {
  try {
    inspectModel(bytes, limits);
    return 'accepted';
  } catch (error) {
    return isPerennialError(error) ? error.code : `other: ${String(error)}`;
  }
}

function spoiled(change: (model: ModelFile) => void): string {
  const model = smallModel();
  change(model);
  return codeOf(bytesOf(model));
}

function external(name: string): TensorProto {
  const tensor = floatTensor(name, [4], new Float32Array(4));
  tensor.rawData = new Uint8Array();
  tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
  tensor.externalData = [['location', '../../secret'], ['offset', '0'], ['length', '16']].map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
  return tensor;
}

const graphAttribute = (initializer: TensorProto[]) => create(AttributeProtoSchema, {
  name: 'body', type: AttributeProto_AttributeType.GRAPH, g: create(GraphProtoSchema, { name: 'inside', initializer }),
});

describe('what a model says of itself', () => {
  it('gives names, types, shapes, opset and operators', () => {
    const found = inspectModel(bytesOf(smallModel({ ending: 'softmax' })));
    expect(found).toMatchObject({
      opset: 17, irVersion: 8, producer: 'test',
      input: { name: 'pixels', type: 'float32', shape: ['N', 3, 16, 16] },
      classOutputs: [{ name: 'out', type: 'float32', shape: ['N', 3] }],
      operators: ['Conv', 'Flatten', 'Gemm', 'GlobalAveragePool', 'Relu', 'Softmax'],
    });
  });

  it('does not count constants that are listed as inputs, as files before IR 4 do', () => {
    expect(spoiled(({ graph }) => graph.input.push(valueInfo('last.bias', DataType.FLOAT, [3])))).toBe('accepted');
  });
});

describe('F38: hostile files are refused by code before anything runs', () => {
  it.each<[string, string, (model: ModelFile) => void]>([
    ['external data in an initializer', 'MODEL_EXTERNAL_DATA', ({ graph }) => graph.initializer.push(external('x'))],
    ['external data in an attribute', 'MODEL_EXTERNAL_DATA', ({ graph }) => graph.node.push(node('Constant', [], ['x'], { value: external('x') }))],
    ['external data in a sparse initializer', 'MODEL_EXTERNAL_DATA', ({ graph }) => graph.sparseInitializer.push(create(SparseTensorProtoSchema, { values: external('x') }))],
    ['external data in a subgraph', 'MODEL_EXTERNAL_DATA', ({ graph }) => graph.node[0]?.attribute.push(graphAttribute([external('x')]))],
    ['external data in the training part', 'MODEL_EXTERNAL_DATA', (model) => model.trainingInfo.push(create(TrainingInfoProtoSchema, { initialization: create(GraphProtoSchema, { initializer: [external('x')] }) }))],
    ['a location without the external flag', 'MODEL_EXTERNAL_DATA', ({ graph }) => {
      const tensor = external('x');
      tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
      graph.initializer.push(tensor);
    }],
    ['a loop', 'MODEL_OPERATOR_REFUSED', ({ graph }) => graph.node.push(node('Loop', ['conv'], ['x']))],
    ['an if', 'MODEL_OPERATOR_REFUSED', ({ graph }) => graph.node.push(node('If', ['conv'], ['x']))],
    ['a graph inside an allowed operator', 'MODEL_OPERATOR_REFUSED', ({ graph }) => graph.node[0]?.attribute.push(graphAttribute([]))],
    ['a custom operator', 'MODEL_OPERATOR_REFUSED', ({ graph }) => graph.node.push(Object.assign(node('Run', ['conv'], ['x']), { domain: 'com.example' }))],
    ['an operator of the runtime’s own domain', 'MODEL_OPERATOR_REFUSED', ({ graph }) => graph.node.push(Object.assign(node('Gelu', ['conv'], ['x']), { domain: 'com.microsoft' }))],
    ['a function of its own', 'MODEL_OPERATOR_REFUSED', (model) => model.functions.push(create(FunctionProtoSchema, { name: 'Relu', domain: '' }))],
    ['chance', 'MODEL_OPERATOR_REFUSED', ({ graph }) => graph.node.push(node('RandomNormal', [], ['x'], { shape: [3] }))],
    ['a constant said to be 10 GB', 'MODEL_TOO_LARGE', ({ graph }) => graph.initializer.push(floatTensor('x', [2_500_000_000], new Float32Array(1)))],
    ['an intermediate of 10 GB', 'MODEL_TOO_LARGE', ({ graph }) => {
      graph.initializer.push(int64Tensor('huge', [2], [50_000n, 50_000n]));
      graph.node.push(node('ConstantOfShape', ['huge'], ['x']));
    }],
    ['an output of 10 GB', 'MODEL_TOO_LARGE', ({ graph }) => graph.output.push(valueInfo('map', DataType.FLOAT, [1, 50_000, 50_000]))],
    ['a shape that overflows 64 bits', 'MODEL_TOO_LARGE', ({ graph }) => graph.initializer.push(floatTensor('x', [2 ** 40, 2 ** 40], new Float32Array(1)))],
    ['a negative size', 'MODEL_FILE_INVALID', ({ graph }) => graph.initializer.push(floatTensor('x', [-4], new Float32Array(4)))],
    ['fewer values than the shape says', 'MODEL_FILE_INVALID', ({ graph }) => graph.initializer.push(floatTensor('x', [100], new Float32Array(4)))],
    ['an unknown element type', 'MODEL_FILE_INVALID', ({ graph }) => graph.initializer.push(Object.assign(floatTensor('x', [1], new Float32Array(1)), { dataType: 99 }))],
    ['text constants', 'MODEL_OPERATOR_REFUSED', ({ graph }) => graph.initializer.push(Object.assign(floatTensor('x', [1], new Float32Array(1)), { dataType: DataType.STRING }))],
    ['notes without end', 'MODEL_TOO_LARGE', (model) => writeNotes(model, { long: 'x'.repeat(17 * 2 ** 20) })],
    ['an opset nobody runs', 'MODEL_FILE_INVALID', (model) => Object.assign(model.opsetImport[0]!, { version: 3n })],
    ['rank 3', 'MODEL_INPUT_UNSUPPORTED', ({ graph }) => graph.input.splice(0, 1, valueInfo('pixels', DataType.FLOAT, ['N', 3, 16]))],
    ['no shape', 'MODEL_INPUT_UNSUPPORTED', ({ graph }) => Object.assign(graph.input[0]!, { type: undefined })],
    ['two inputs', 'MODEL_INPUT_UNSUPPORTED', ({ graph }) => graph.input.push(valueInfo('second', DataType.FLOAT, ['N', 3, 16, 16]))],
    ['a fixed batch of 8', 'MODEL_INPUT_UNSUPPORTED', ({ graph }) => graph.input.splice(0, 1, valueInfo('pixels', DataType.FLOAT, [8, 3, 16, 16]))],
    ['grey pictures', 'MODEL_INPUT_UNSUPPORTED', ({ graph }) => graph.input.splice(0, 1, valueInfo('pixels', DataType.FLOAT, ['N', 1, 16, 16]))],
    ['a map instead of classes', 'MODEL_OUTPUT_UNSUPPORTED', ({ graph }) => graph.output.splice(0, 1, valueInfo('map', DataType.FLOAT, ['N', 8, 8, 8]))],
    ['whole numbers instead of scores', 'MODEL_OUTPUT_UNSUPPORTED', ({ graph }) => graph.output.splice(0, 1, valueInfo('out', DataType.INT64, ['N', 3]))],
    ['one value an image', 'MODEL_OUTPUT_UNSUPPORTED', ({ graph }) => graph.output.splice(0, 1, valueInfo('out', DataType.FLOAT, ['N', 1]))],
  ])('%s: %s', (_what, code, change) => {
    expect(spoiled(change)).toBe(code);
  });

  it('a file cut short, no file, another file', () => {
    const bytes = bytesOf(smallModel());
    expect(codeOf(bytes.slice(0, bytes.length - 20))).toBe('MODEL_FILE_INVALID');
    expect(codeOf(new Uint8Array())).toBe('MODEL_FILE_INVALID');
    expect(codeOf(new TextEncoder().encode('<html>not a model</html>'))).toBe('MODEL_FILE_INVALID');
  });

  it('a file over the size limit, exactly at it not', () => {
    const bytes = bytesOf(smallModel());
    expect(codeOf(bytes, { ...defaultModelLimits, byteSizeMax: bytes.length })).toBe('accepted');
    expect(codeOf(bytes, { ...defaultModelLimits, byteSizeMax: bytes.length - 1 })).toBe('MODEL_TOO_LARGE');
  });

  it('graphs nested a thousand deep do not bring the reader down', () => {
    // Written by hand, field by field: the encoder itself would overflow first.
    const field = (number: number, body: Uint8Array) => {
      const head = [(number << 3) | 2];
      for (let length = body.length; ; length >>>= 7) {
        head.push(length > 127 ? (length & 127) | 128 : length);
        if (length <= 127) break;
      }
      return Uint8Array.from([...head, ...body]);
    };
    let graph: Uint8Array = new Uint8Array();
    for (let depth = 0; depth < 1000; depth += 1) graph = field(1, field(5, field(6, graph)));
    expect(codeOf(Buffer.concat([bytesOf(smallModel()), field(7, graph)]))).toBe('MODEL_FILE_INVALID');
  });

  it('rings of nodes end', () => {
    expect(spoiled(({ graph }) => graph.node.push(node('Identity', ['b'], ['a']), node('Identity', ['a'], ['b']), node('Expand', ['conv', 'a'], ['x'])))).toBe('accepted');
  });
});

describe('a data file beside the model', () => {
  const values = randomValues(24, 7);
  const sidecar = new Uint8Array(8 + values.byteLength);
  sidecar.set(new Uint8Array(values.buffer), 8);

  function withSidecar(length = String(values.byteLength), location = 'weights.data'): Uint8Array {
    const model = smallModel();
    const tensor = model.graph.initializer.find((each) => each.name === 'last.weight')!;
    tensor.rawData = new Uint8Array();
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    tensor.externalData = [['location', location], ['offset', '8'], ['length', length]].map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
    return bytesOf(model);
  }

  it('is taken in, and the result is the model that never had one', () => {
    expect(externalDataFile(withSidecar())).toBe('weights.data');
    const inlined = inlineExternalData(withSidecar(), sidecar);
    const weight = (bytes: Uint8Array) => decodeModel(bytes).graph.initializer.find((each) => each.name === 'last.weight');
    expect(weight(inlined)?.rawData).toEqual(weight(bytesOf(smallModel()))?.rawData);
    expect(weightsDigest(inlined)).toBe(weightsDigest(bytesOf(smallModel())));
    expect(codeOf(inlined)).toBe('accepted');
    expect(externalDataFile(inlined)).toBeNull();
  });

  it('is refused when it is too short, when lengths lie, and when there are several', () => {
    expect(() => inlineExternalData(withSidecar(), sidecar.slice(0, 50))).toThrow(/does not hold/);
    expect(() => inlineExternalData(withSidecar('8'), sidecar)).toThrow(/does not hold/);
    const model = smallModel();
    model.graph.initializer.push(external('a'), Object.assign(external('b'), { externalData: [create(StringStringEntryProtoSchema, { key: 'location', value: 'other' })] }));
    expect(() => inlineExternalData(bytesOf(model), sidecar)).toThrow(/several files/);
  });
});
