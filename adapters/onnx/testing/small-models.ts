// Small random convolutional networks, built by protobuf, for the tests of this folder alone.
import { create, toBinary } from '@bufbuild/protobuf';
import { DataType, floatTensor, int64Tensor, node, valueInfo } from '../model-file.ts';
import type { ModelFile, NodeProto } from '../model-file.ts';
import { GraphProtoSchema, ModelProtoSchema, OperatorSetIdProtoSchema } from '../proto/onnx_pb.js';

export interface SmallModel {
  readonly side?: number;
  readonly classes?: number;
  readonly layout?: 'nchw' | 'nhwc';
  readonly type?: 'float32' | 'uint8' | 'float16';
  readonly batch?: number | string;
  /** Last layer: Gemm, MatMul and Add, a 1×1 convolution, or none (the pooled features are the classes). */
  readonly last?: 'gemm' | 'matmul' | 'convolution' | 'none';
  readonly ending?: 'softmax' | 'softmax_reshaped' | 'sigmoid' | 'logits';
  /** Pool with ReduceMean instead of GlobalAveragePool. */
  readonly reduceMean?: boolean;
  /** Flatten by a Reshape that writes the batch of 1 into the file. */
  readonly reshapeToOne?: boolean;
  readonly opset?: number;
}

/** Width of the features before the last layer. */
export const features = 8;

export function randomValues(length: number, start: number): Float32Array {
  let state = start;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function entrance(type: string, layout: string): NodeProto[] {
  const nodes: NodeProto[] = [];
  let at = 'pixels';
  if (type !== 'float32') {
    nodes.push(node('Cast', [at], ['pixels.float'], { to: DataType.FLOAT }));
    at = 'pixels.float';
  }
  if (layout === 'nhwc') {
    nodes.push(node('Transpose', [at], ['pixels.nchw'], { perm: [0, 3, 1, 2] }));
    at = 'pixels.nchw';
  }
  nodes.push(node('Conv', [at, 'conv.weight', 'conv.bias'], ['conv'], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }));
  nodes.push(node('Relu', ['conv'], ['map']));
  return nodes;
}

function lastLayer(last: string, pooled: string, flatten: NodeProto): NodeProto[] {
  switch (last) {
    case 'gemm': return [flatten, node('Gemm', ['flat', 'last.weight', 'last.bias'], ['answers'], { transB: 1 })];
    case 'matmul': return [flatten, node('MatMul', ['flat', 'last.turned'], ['product']), node('Add', ['product', 'last.bias'], ['answers'])];
    case 'convolution': return [
      node('Conv', [pooled, 'last.pointwise', 'last.bias'], ['answers.map'], { kernel_shape: [1, 1] }), node('Flatten', ['answers.map'], ['answers'], { axis: 1 }),
    ];
    default: return [flatten, node('Identity', ['flat'], ['answers'])];
  }
}

function ending(kind: string): NodeProto[] {
  switch (kind) {
    case 'softmax': return [node('Softmax', ['answers'], ['out'], { axis: 1 })];
    case 'softmax_reshaped': return [node('Softmax', ['answers'], ['soft'], { axis: 1 }), node('Reshape', ['soft', 'shape.out'], ['out'])];
    case 'sigmoid': return [node('Sigmoid', ['answers'], ['out'])];
    default: return [node('Identity', ['answers'], ['out'])];
  }
}

/** The network as a message, to be spoiled further by a test. */
export function smallModel(options: SmallModel = {}): ModelFile {
  const { side = 16, classes = 3, layout = 'nchw', type = 'float32', batch = 'N', last = 'gemm', opset = 17 } = options;
  const wide = last === 'none' ? classes : features;
  const elementType = { float32: DataType.FLOAT, uint8: DataType.UINT8, float16: DataType.FLOAT16 }[type];
  const pool = options.reduceMean === true
    ? node('ReduceMean', ['map'], ['pooled'], { axes: [2, 3], keepdims: 1 }) : node('GlobalAveragePool', ['map'], ['pooled']);
  const flatten = options.reshapeToOne === true ? node('Reshape', ['pooled', 'shape.flat'], ['flat']) : node('Flatten', ['pooled'], ['flat'], { axis: 1 });
  const weight = randomValues(classes * features, 7);
  const turned = Float32Array.from(weight, (_, at) => weight[(at % classes) * features + Math.floor(at / classes)] ?? 0);
  const scale = type === 'uint8' ? 0.01 : 1;
  const nodes = [...entrance(type, layout), pool, ...lastLayer(last, 'pooled', flatten), ...ending(options.ending ?? 'logits')];
  const constants = [
    floatTensor('conv.weight', [wide, 3, 3, 3], randomValues(wide * 27, 3).map((each) => each * scale)),
    floatTensor('conv.bias', [wide], randomValues(wide, 5)),
    floatTensor('last.weight', [classes, features], weight),
    floatTensor('last.turned', [features, classes], turned),
    floatTensor('last.pointwise', [classes, features, 1, 1], weight),
    floatTensor('last.bias', [classes], randomValues(classes, 11)),
    int64Tensor('shape.flat', [2], [1n, BigInt(wide)]),
    int64Tensor('shape.out', [2], [-1n, BigInt(classes)]),
  ];
  const used = new Set(nodes.flatMap((each) => each.input));
  const graph = create(GraphProtoSchema, {
    name: 'small', node: nodes, initializer: constants.filter((each) => used.has(each.name ?? '')),
    input: [valueInfo('pixels', elementType, layout === 'nchw' ? [batch, 3, side, side] : [batch, side, side, 3])],
    output: [valueInfo('out', DataType.FLOAT, [batch, classes])],
  });
  return create(ModelProtoSchema, {
    irVersion: 8n, producerName: 'test', graph, opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(opset) })],
  }) as ModelFile;
}

export function bytesOf(model: ModelFile): Uint8Array {
  return toBinary(ModelProtoSchema, model);
}
