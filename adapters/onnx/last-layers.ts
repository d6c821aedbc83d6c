import { PerennialError } from '../../domain/errors.ts';
import { constantOf, integerOf } from './model-file.ts';
import type { GraphIndex, NodeProto, TensorProto } from './model-file.ts';
import { floatValues, int64Values } from './tensor-values.ts';

/** The linear last layer of a classifier: logits = weights · features + bias. */
export interface LinearLayer {
  /** Name of the tensor of features. */
  readonly features: string;
  /** Whether the features come as N×D×1×1. */
  readonly spatial: boolean;
  /** classes × dimensions, row after row. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly dimensions: number;
}

/** How many nodes that change nothing are followed: a hostile file may hold a ring of them. */
const stepsMax = 16;

/** The tensor behind nodes of these kinds. */
function behind({ makers }: GraphIndex, tensor: string, kinds: readonly string[]): string {
  let at = tensor;
  for (let step = 0; step < stepsMax; step += 1) {
    const maker = makers.get(at);
    if (maker === undefined || !kinds.includes(maker.opType ?? '') || maker.output[0] !== at) return at;
    at = maker.input[0] ?? '';
  }
  return at;
}

const unchanging = ['Identity', 'Dropout'];
const flattening = [...unchanging, 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze'];

/** Where the values before the softmax are, and how that was found. */
export interface LogitsPlace {
  readonly tensor: string;
  readonly how: 'softmax_undone' | 'as_they_are' | 'logarithm';
}

/**
 * Finds the logits behind a class output. A softmax is undone by taking its input; without one, probabilities become
 * logarithms when `answers` says that they are probabilities.
 * @throws PerennialError MODEL_OUTPUT_UNSUPPORTED where classes are answered independently of one another (sigmoid)
 */
export function findLogits(index: GraphIndex, output: string, answers: 'probabilities' | 'logits' | 'unsaid'): LogitsPlace {
  const tensor = behind(index, output, unchanging);
  const maker = index.makers.get(tensor);
  const overClasses = maker?.opType === 'Softmax' && [1, -1].includes(integerOf(maker, 'axis', -1));
  if (overClasses && answers !== 'logits') return { tensor: maker.input[0] ?? '', how: 'softmax_undone' };
  if (maker?.opType === 'Sigmoid' && answers !== 'logits') {
    throw new PerennialError('MODEL_OUTPUT_UNSUPPORTED', 'The model answers each class by itself (sigmoid); one class an image is asked for.');
  }
  return { tensor, how: answers === 'probabilities' ? 'logarithm' : 'as_they_are' };
}

function floatAttribute(of: NodeProto, name: string): number {
  return of.attribute.find((each) => each.name === name)?.f ?? 1;
}

/** Rows for classes: turns D×C into C×D, and applies a factor. */
function rows(values: Float32Array, classes: number, dimensions: number, turned: boolean, factor: number): Float32Array {
  if (!turned) return values.map((each) => each * factor);
  return Float32Array.from(values, (_, at) => (values[(at % dimensions) * classes + Math.floor(at / dimensions)] ?? NaN) * factor);
}

function biasOf(tensor: TensorProto | undefined, classes: number, factor: number): Float32Array | null {
  const values = tensor === undefined ? null : floatValues(tensor);
  if (values?.length === classes) return values.map((each) => each * factor);
  return values?.length === 1 ? new Float32Array(classes).fill((values[0] ?? 0) * factor) : null;
}

function fromGemm(index: GraphIndex, gemm: NodeProto, classes: number): LinearLayer | null {
  const weight = constantOf(index, gemm.input[1] ?? '');
  const values = weight === undefined ? null : floatValues(weight);
  if (weight === undefined || values === null || weight.dims.length !== 2 || integerOf(gemm, 'transA', 0) !== 0) return null;
  const turned = integerOf(gemm, 'transB', 0) === 0;
  if (Number(weight.dims[turned ? 1 : 0]) !== classes) return null;
  const dimensions = values.length / classes;
  const biasName = gemm.input[2] ?? '';
  const bias = biasName === '' ? new Float32Array(classes) : biasOf(constantOf(index, biasName), classes, floatAttribute(gemm, 'beta'));
  if (bias === null) return null;
  return { features: gemm.input[0] ?? '', spatial: false, weights: rows(values, classes, dimensions, turned, floatAttribute(gemm, 'alpha')), bias, dimensions };
}

function fromMatMul(index: GraphIndex, product: NodeProto, bias: Float32Array, classes: number): LinearLayer | null {
  const weight = constantOf(index, product.input[1] ?? '');
  const values = weight === undefined ? null : floatValues(weight);
  if (weight === undefined || values === null || weight.dims.length !== 2 || Number(weight.dims[1]) !== classes) return null;
  const dimensions = values.length / classes;
  return { features: product.input[0] ?? '', spatial: false, weights: rows(values, classes, dimensions, true, 1), bias, dimensions };
}

function fromConvolution(index: GraphIndex, conv: NodeProto, classes: number): LinearLayer | null {
  const weight = constantOf(index, conv.input[1] ?? '');
  const values = weight === undefined ? null : floatValues(weight);
  const isPointwise = weight?.dims.length === 4 && weight.dims[2] === 1n && weight.dims[3] === 1n && integerOf(conv, 'group', 1) === 1;
  const features = conv.input[0] ?? '';
  if (weight === undefined || values === null || !isPointwise || Number(weight.dims[0]) !== classes || findFeatureMap(index, features) === null) return null;
  const bias = conv.input[2] === undefined || conv.input[2] === '' ? new Float32Array(classes) : biasOf(constantOf(index, conv.input[2]), classes, 1);
  return bias === null ? null : { features, spatial: true, weights: values, bias, dimensions: values.length / classes };
}

/** The linear layer that makes the logits: Gemm, MatMul with or without Add, or a 1×1 convolution of pooled features. */
export function findLinearLayer(index: GraphIndex, logits: string, classes: number): LinearLayer | null {
  const maker = index.makers.get(behind(index, logits, unchanging));
  if (maker?.opType === 'Gemm') return fromGemm(index, maker, classes);
  if (maker?.opType === 'MatMul') return fromMatMul(index, maker, new Float32Array(classes), classes);
  if (maker?.opType === 'Add') {
    const [left = '', right = ''] = maker.input;
    for (const [product, constant] of [[left, right], [right, left]] as const) {
      const bias = biasOf(constantOf(index, constant), classes, 1);
      const inner = index.makers.get(behind(index, product, unchanging));
      if (bias !== null && inner?.opType === 'MatMul') return fromMatMul(index, inner, bias, classes);
    }
    return null;
  }
  const conv = index.makers.get(behind(index, logits, flattening));
  return conv?.opType === 'Conv' ? fromConvolution(index, conv, classes) : null;
}

function reducesSpace(index: GraphIndex, reduce: NodeProto): boolean {
  const attribute = reduce.attribute.find((each) => each.name === 'axes')?.ints;
  const input = constantOf(index, reduce.input[1] ?? '');
  const axes = (attribute === undefined || attribute.length === 0) && input !== undefined ? int64Values(input) ?? [] : attribute ?? [];
  const places = axes.map((axis) => (axis < 0n ? Number(axis) + 4 : Number(axis))).toSorted((a, b) => a - b);
  return places.length === 2 && places[0] === 2 && places[1] === 3;
}

/** The map of features that pooling turns into these features; null where pooling is not right before them. */
export function findFeatureMap(index: GraphIndex, features: string): string | null {
  const maker = index.makers.get(behind(index, features, flattening));
  if (maker?.opType === 'GlobalAveragePool') return maker.input[0] ?? null;
  return maker?.opType === 'ReduceMean' && reducesSpace(index, maker) ? maker.input[0] ?? null : null;
}
