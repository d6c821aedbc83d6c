import { create } from '@bufbuild/protobuf';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { BindHead, BoundHead, ManyAnswers } from '../../domain/head-products.ts';
import type { Head } from '../../domain/ports.ts';
import { DataType, encodeModel, floatTensor, node, valueInfo } from './model-file.ts';
import { ModelProtoSchema } from './proto/onnx_pb.js';

/**
 * A head as one small ONNX graph: embeddings in, probabilities out, so that a hundred thousand stored embeddings take one
 * matrix product a page and no loop in JavaScript. The head's numbers are constants of the graph.
 * @param threads of one run
 */
export const createHeadProducts = (threads: number): BindHead => async (head, novelty) => {
  const centroids = novelty ? unitRows(head) : null;
  const session = await InferenceSession.create(headGraph(head, centroids), { intraOpNumThreads: threads, interOpNumThreads: 1, executionProviders: ['cpu'], logSeverityLevel: 3 });
  return bound(session, head, centroids !== null);
};

function bound(session: InferenceSession, { dimensions }: Head, novelty: boolean): BoundHead {
  return {
    async answers(embeddings, n): Promise<ManyAnswers> {
      const outputs = await session.run({ x: new Tensor('float32', embeddings, [n, dimensions]) });
      const floats = (name: string): Float32Array => (outputs[name] as Tensor).data as Float32Array;
      return { probabilities: floats('probabilities'), novelty: novelty ? floats('novelty') : null };
    },
    release: () => session.release(),
  };
}

/** Probabilities: softmax((W·x / |x| + b) / temperature). Novelty: 1 − the greatest cosine to a centroid, not below 0. */
function headGraph(head: Head, centroids: Float32Array | null): Uint8Array {
  const { classIds: { length: classes }, dimensions, temperature, normalise } = head;
  const scaled = normalise === 'l2' ? 'direction' : 'x';
  const nodes = [
    node('ReduceL2', ['x'], ['length'], { axes: [1], keepdims: 1 }),
    // The null vector is divided by something, not by nothing.
    node('Max', ['length', 'tiny'], ['divisor']),
    node('Div', ['x', 'divisor'], ['direction']),
    node('Gemm', [scaled, 'weights', 'bias'], ['logits'], { transB: 1 }),
    node('Softmax', ['logits'], ['probabilities'], { axis: 1 }),
    ...(centroids === null ? [] : [
      node('Gemm', ['direction', 'centroids'], ['cosines'], { transB: 1 }),
      node('ReduceMax', ['cosines'], ['nearest'], { axes: [1], keepdims: 0 }),
      node('Sub', ['one', 'nearest'], ['distance']),
      node('Relu', ['distance'], ['novelty']),
    ]),
  ];
  const byTemperature = (values: Float32Array): Float32Array => values.map((value) => value / temperature);
  return encodeModel(create(ModelProtoSchema, {
    irVersion: 8n, opsetImport: [{ domain: '', version: 13n }],
    graph: {
      name: 'head-answers', node: nodes,
      initializer: [
        floatTensor('weights', [classes, dimensions], byTemperature(head.weights)), floatTensor('bias', [classes], byTemperature(head.bias)), floatTensor('tiny', [1], Float32Array.of(1e-30)),
        ...(centroids === null ? [] : [floatTensor('centroids', [centroids.length / dimensions, dimensions], centroids), floatTensor('one', [1], Float32Array.of(1))]),
      ],
      input: [valueInfo('x', DataType.FLOAT, ['n', dimensions])],
      output: [valueInfo('probabilities', DataType.FLOAT, ['n', classes]), ...(centroids === null ? [] : [valueInfo('novelty', DataType.FLOAT, ['n'])])],
    },
  }));
}

/** Centroids of length 1; a class without images has none, and is near to nothing. Null where the head has no centroids at all. */
function unitRows({ centroids, dimensions }: Head): Float32Array | null {
  if (centroids === null) return null;
  const rows = Array.from({ length: centroids.length / dimensions }, (_, at) => centroids.subarray(at * dimensions, (at + 1) * dimensions));
  const known = rows.flatMap((row) => {
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    return length === 0 ? [] : [row.map((value) => value / length)];
  });
  if (known.length === 0) return null;
  const all = new Float32Array(known.length * dimensions);
  known.forEach((row, at) => all.set(row, at * dimensions));
  return all;
}
