import { create, toBinary } from '@bufbuild/protobuf';
import { DataType, floatTensor, node, valueInfo } from '../adapters/onnx/model-file.ts';
import { GraphProtoSchema, ModelProtoSchema } from '../adapters/onnx/proto/onnx_pb.js';
import { defaultPreprocessing, type Preprocessing } from '../domain/preprocessing.ts';

export const sizedPreprocessing: Preprocessing = { ...defaultPreprocessing, width: 48, height: 48 };
const channels = 32;
const ramp = (length: number, times: number): Float32Array => Float32Array.from({ length }, (_, at) => times * Math.sin(at));

/** A network that takes as long as it has layers, and as much memory as it has megabytes of weights; its output is `embedding`. */
export function sizedModel({ layers, megabytes }: { readonly layers: number; readonly megabytes: number }): Uint8Array {
  const wide = Math.max(channels, Math.round((megabytes * 2 ** 20) / 4 / channels));
  const convolutions = Array.from({ length: layers }, (_, at) => node('Conv', [at === 0 ? 'entered' : `layer${at - 1}`, 'kernel'], [`layer${at}`], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }));
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, {
    irVersion: 8n, opsetImport: [{ domain: '', version: 13n }],
    graph: create(GraphProtoSchema, {
      name: 'sized',
      node: [
        node('Conv', ['image', 'entrance'], ['entered'], { kernel_shape: [1, 1] }), ...convolutions,
        node('GlobalAveragePool', [`layer${layers - 1}`], ['pooled']), node('Flatten', ['pooled'], ['flat'], { axis: 1 }),
        node('Gemm', ['flat', 'wide'], ['widened'], { transB: 1 }), node('ReduceMean', ['widened'], ['mean'], { axes: [1], keepdims: 1 }), node('Add', ['flat', 'mean'], ['embedding']),
      ],
      initializer: [
        floatTensor('entrance', [channels, 3, 1, 1], ramp(channels * 3, 0.3)), floatTensor('kernel', [channels, channels, 3, 3], ramp(channels * channels * 9, 0.01)),
        floatTensor('wide', [wide, channels], new Float32Array(wide * channels).fill(0.01)),
      ],
      input: [valueInfo('image', DataType.FLOAT, ['n', 3, 48, 48])],
      output: [valueInfo('embedding', DataType.FLOAT, ['n', channels])],
    }),
  }));
}
