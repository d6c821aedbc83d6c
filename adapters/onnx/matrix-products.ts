import { create } from '@bufbuild/protobuf';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { BoundEmbeddings, HeadParameters, LossAndGradient, MatrixProducts, Targets } from '../../domain/matrix-products.ts';
import { DataType, encodeModel, node, valueInfo } from './model-file.ts';
import { ModelProtoSchema } from './proto/onnx_pb.js';

/** @see createOnnxMatrixProducts */
export interface OnnxMatrixProductsOptions {
  /** threads of one product; the result depends on it in the last bits, so a repeatable run names it */
  readonly threads: number;
}

/**
 * The products of fitting a head as two small ONNX graphs, so that they run as fast as ONNX Runtime's matrix kernels.
 * One `lossAndGradient` is one `session.run`: logits, log-softmax, residual and both gradients stay inside. The
 * embeddings are wrapped in a tensor once and are not copied, so they must not be changed while bound.
 */
export function createOnnxMatrixProducts({ threads }: OnnxMatrixProductsOptions): MatrixProducts {
  return {
    bind: async (embeddings, n, d) => {
      const options = { intraOpNumThreads: threads, interOpNumThreads: 1 } as const;
      const [logits, gradient] = await Promise.all([
        InferenceSession.create(logitsGraph(), options),
        InferenceSession.create(gradientGraph(), options),
      ]);
      return bindSessions(logits, gradient, new Tensor('float32', embeddings, [n, d]), n, d);
    },
  };
}

function bindSessions(logits: InferenceSession, gradient: InferenceSession, x: Tensor, n: number, d: number): BoundEmbeddings {
  const targetTensors = cacheLast((targets: Targets) => tensorsOf(targets, n));
  let released = false;
  return {
    n,
    d,
    logits: async (head) => floatsOf(await logits.run({ x, ...headTensors(head, d) }), 'logits'),
    lossAndGradient: async (head, targets) => {
      const outputs = await gradient.run({ x, ...headTensors(head, d), ...targetTensors(targets) });
      return readGradient(outputs, targets);
    },
    release: async () => {
      if (released) return;
      released = true;
      await Promise.all([logits.release(), gradient.release()]);
    },
  };
}

/** logits[n,c] = x[n,d] · weights[c,d]ᵀ + bias[c] */
export function logitsGraph(): Uint8Array {
  return graphOf('head-logits', [gemmLogits()], headInputs(), [float('logits', ['n', 'c'])]);
}

/**
 * logProbabilities[n,c]; residual = (exp(logProbabilities) − oneHot) × sampleWeights[n,1];
 * weightsGradient[c,d] = residualᵀ · x; biasGradient[1,c] = the residual's column sums.
 */
export function gradientGraph(): Uint8Array {
  const nodes = [
    gemmLogits(),
    node('LogSoftmax', ['logits'], ['logProbabilities'], { axis: 1 }),
    node('Exp', ['logProbabilities'], ['probabilities']),
    node('Sub', ['probabilities', 'oneHot'], ['difference']),
    node('Mul', ['difference', 'sampleWeights'], ['residual']),
    node('Gemm', ['residual', 'x'], ['weightsGradient'], { transA: 1 }),
    node('Gemm', ['sampleOnes', 'residual'], ['biasGradient'], { transA: 1 }),
  ];
  const inputs = [
    ...headInputs(), float('oneHot', ['n', 'c']), float('sampleWeights', ['n', 1]), float('sampleOnes', ['n', 1]),
  ];
  const outputs = [float('logProbabilities', ['n', 'c']), float('weightsGradient', ['c', 'd']), float('biasGradient', [1, 'c'])];
  return graphOf('head-gradient', nodes, inputs, outputs);
}

const gemmLogits = () => node('Gemm', ['x', 'weights', 'bias'], ['logits'], { transB: 1 });
const float = (name: string, dims: readonly (number | string)[]) => valueInfo(name, DataType.FLOAT, dims);
const headInputs = () => [float('x', ['n', 'd']), float('weights', ['c', 'd']), float('bias', ['c'])];

function graphOf(
  name: string,
  nodes: readonly ReturnType<typeof node>[],
  input: readonly ReturnType<typeof valueInfo>[],
  output: readonly ReturnType<typeof valueInfo>[],
): Uint8Array {
  return encodeModel(
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 13n }],
      graph: { name, node: [...nodes], input: [...input], output: [...output] },
    }),
  );
}

function headTensors({ weights, bias }: HeadParameters, d: number): Record<string, Tensor> {
  return { weights: new Tensor('float32', weights, [bias.length, d]), bias: new Tensor('float32', bias, [bias.length]) };
}

function tensorsOf({ labels, sampleWeights, classes }: Targets, n: number): Record<string, Tensor> {
  const oneHot = new Float32Array(n * classes);
  labels.forEach((label, i) => (oneHot[i * classes + label] = 1));
  return {
    oneHot: new Tensor('float32', oneHot, [n, classes]),
    sampleWeights: new Tensor('float32', sampleWeights, [n, 1]),
    sampleOnes: new Tensor('float32', new Float32Array(n).fill(1), [n, 1]),
  };
}

function readGradient(outputs: InferenceSession.OnnxValueMapType, { labels, sampleWeights, classes }: Targets): LossAndGradient {
  const logProbabilities = floatsOf(outputs, 'logProbabilities');
  let loss = 0;
  // Summed here and not in the graph: float32 sums of thousands of terms would blind the line search near the end.
  for (let i = 0; i < labels.length; i += 1) {
    const weight = sampleWeights[i] as number;
    if (weight > 0) loss -= weight * (logProbabilities[i * classes + (labels[i] as number)] as number);
  }
  return { loss, weightsGradient: floatsOf(outputs, 'weightsGradient'), biasGradient: floatsOf(outputs, 'biasGradient') };
}

function floatsOf(outputs: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  return (outputs[name] as Tensor).data as Float32Array;
}

/** Remembers the answer for the last argument, by identity: a fit asks hundreds of times with the same targets. */
function cacheLast<Argument extends object, Result>(make: (argument: Argument) => Result): (argument: Argument) => Result {
  let last: { argument: Argument; result: Result } | null = null;
  return (argument) => {
    if (last?.argument !== argument) last = { argument, result: make(argument) };
    return last.result;
  };
}
