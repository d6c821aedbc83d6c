import { create } from '@bufbuild/protobuf';
import { DataType, floatTensor, node, valueInfo } from '../adapters/onnx/model-file.ts';
import type { ModelFile } from '../adapters/onnx/model-file.ts';
import { StringStringEntryProtoSchema, TensorProto_DataLocation } from '../adapters/onnx/proto/onnx_pb.js';
import { bytesOf, type SmallModel, smallModel } from '../adapters/onnx/testing/small-models.ts';
import type { ImportSpecification } from '../domain/model-import.ts';
import type { ErrorCode } from '../domain/errors.ts';

/** Of the networks below: side in pixels, and what was told of their pictures. */
export const side = 32;
export const specification: ImportSpecification = {
  classNames: ['badger', 'fox', 'hare'], colourOrder: 'rgb', range: '0-1', mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3], resizeMode: 'stretch',
};
const asBytes: ImportSpecification = { ...specification, range: '0-255', mean: [0, 0, 0], std: [1, 1, 1] };

export interface GoodModel {
  readonly name: string;
  readonly options: SmallModel;
  readonly specification: ImportSpecification;
  readonly embedding: 'features' | 'logits';
}

/** Six kinds of model that people have. */
export const goodModels: readonly GoodModel[] = [
  { name: 'floats, planes first, free batch, Gemm', options: {}, specification, embedding: 'features' },
  { name: 'floats, colours last, batch fixed to 1, MatMul and Add', options: { layout: 'nhwc', batch: 1, last: 'matmul' }, specification, embedding: 'features' },
  { name: 'bytes, colours last', options: { layout: 'nhwc', type: 'uint8', batch: 1 }, specification: asBytes, embedding: 'features' },
  { name: 'softmax inside, blue first', options: { ending: 'softmax', reduceMean: true }, specification: { ...specification, colourOrder: 'bgr', resizeMode: 'letterbox' }, embedding: 'features' },
  { name: 'a 1×1 convolution as last layer, middle cut out', options: { last: 'convolution' }, specification: { ...specification, resizeMode: 'crop', cropShare: 0.5 }, embedding: 'features' },
  { name: 'softmax hidden by a reshape: nothing before it can be found', options: { ending: 'softmax_reshaped' }, specification, embedding: 'logits' },
];
export const bytesOfGood = ({ options }: GoodModel): Uint8Array => bytesOf(smallModel({ side, ...options }));

function external(model: ModelFile, location: string): Uint8Array {
  const tensor = model.graph.initializer.find((each) => each.name === 'conv.weight')!;
  const length = tensor.rawData!.length;
  sidecars.set(location, tensor.rawData!);
  tensor.rawData = new Uint8Array();
  tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
  tensor.externalData = [['location', location], ['length', String(length)]].map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
  return bytesOf(model);
}
const sidecars = new Map<string, Uint8Array>();

/** A model whose first weights are in a file beside it, and that file. */
export function modelWithDataBeside(location = 'model.onnx.data'): { model: Uint8Array; data: Uint8Array } {
  const model = external(smallModel({ side }), location);
  return { model, data: sidecars.get(location)! };
}

function changed(change: (model: ModelFile) => void, options: SmallModel = {}): Uint8Array {
  const model = smallModel({ side, ...options });
  change(model);
  return bytesOf(model);
}

export interface BadModel { readonly name: string; readonly bytes: () => Uint8Array; readonly code: ErrorCode; readonly specification?: ImportSpecification }

/** Hostile and wrong ones, each with the code that refuses it. */
export const badModels: readonly BadModel[] = [
  { name: 'no model at all', bytes: () => new TextEncoder().encode('<html>not found</html>'.repeat(50)), code: 'MODEL_FILE_INVALID' },
  { name: 'weights outside the file, at a place of the machine', bytes: () => external(smallModel({ side }), '../../../../etc/passwd'), code: 'MODEL_EXTERNAL_DATA' },
  {
    name: 'an operator of its own library', code: 'MODEL_OPERATOR_REFUSED',
    bytes: () => changed(({ graph }) => { Object.assign(graph.node[1]!, { domain: 'com.example', opType: 'RunShell' }); }),
  },
  {
    name: 'weights that are not numbers', code: 'MODEL_OUTPUT_NOT_FINITE',
    bytes: () => changed(({ graph }) => { graph.initializer.find((each) => each.name === 'last.bias')!.rawData = new Uint8Array(Float32Array.of(NaN, 0, 0).buffer); }),
  },
  {
    name: 'a tensor of 40 GB, said in a few bytes', code: 'MODEL_TOO_LARGE',
    bytes: () => changed(({ graph }) => { graph.valueInfo.push(valueInfo('map', DataType.FLOAT, [100_000, 100_000])); }),
  },
  { name: 'sizes that do not fit', code: 'MODEL_LOAD_FAILED', bytes: () => changed(({ graph }) => { graph.initializer.splice(0, 1, floatTensor('conv.weight', [8, 5, 3, 3], new Float32Array(360))); }) },
  { name: 'a memory hog that is small on disk', code: 'MODEL_LOAD_FAILED', bytes: hog },
  { name: 'four class names for three outputs', code: 'MODEL_CLASSES_MISMATCH', bytes: () => bytesOf(smallModel({ side })), specification: { ...specification, classNames: ['badger', 'fox', 'hare', 'owl'] } },
  { name: 'each class answered by itself', code: 'MODEL_OUTPUT_UNSUPPORTED', bytes: () => bytesOf(smallModel({ side, ending: 'sigmoid' })) },
  { name: 'a sentence instead of a picture', code: 'MODEL_INPUT_UNSUPPORTED', bytes: () => changed(({ graph }) => { graph.input.splice(0, 1, valueInfo('pixels', DataType.INT64, ['N', 128])); }) },
];

/** A map blown up step by step, no step of which is written in the file. */
function hog(): Uint8Array {
  return changed(({ graph }) => {
    const names = ['map', 'blown.1', 'blown.2', 'blown.3', 'blown.4'];
    const steps = names.slice(1).map((name, at) => node('Concat', Array.from({ length: 24 }, () => names[at]!), [name], { axis: 2 }));
    graph.node.splice(-1, 1, ...steps, node('GlobalMaxPool', ['blown.4'], ['mean']), node('Flatten', ['mean'], ['mean.flat'], { axis: 1 }), node('Gemm', ['mean.flat', 'last.weight', 'last.bias'], ['out'], { transB: 1 }));
  });
}
