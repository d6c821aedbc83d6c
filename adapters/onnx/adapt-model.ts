import { PerennialError } from '../../domain/errors.ts';
import type { ImportSpecification } from '../../domain/model-import.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';
import { inspectModel } from './inspect-model.ts';
import type { ModelInspection, TensorFacts } from './inspect-model.ts';
import { findFeatureMap, findLinearLayer, findLogits } from './last-layers.ts';
import type { LinearLayer, LogitsPlace } from './last-layers.ts';
import { DataType, constantOf, decodeModel, encodeModel, floatTensor, indexGraph, int64Tensor, integerOf, node, prune, valueInfo, writeNotes } from './model-file.ts';
import type { GraphProto, NodeProto } from './model-file.ts';
import { checkPreprocessing, noteKeys } from './notes.ts';
import { int64Values } from './tensor-values.ts';

export interface AdaptOptions {
  /** `rewrite` turns a batch fixed to 1 into a free one, to be verified by running it; `keep` leaves it. */
  readonly batch: 'rewrite' | 'keep';
  /** `find` looks for the linear last layer; `none` takes the logits as embedding. */
  readonly features: 'find' | 'none';
}

/** A model that serving can run: input `image` float32 N×3×H×W, outputs `logits`, `embedding` and maybe `feature_map`. */
export interface AdaptedModel {
  readonly bytes: Uint8Array;
  /** Always NCHW and float32: the file itself turns layout and type. */
  readonly preprocessing: Preprocessing;
  /** The model's own last layer on top of `embedding`, or the identity where the embedding is the logits. */
  readonly head: { readonly weights: Float32Array; readonly bias: Float32Array; readonly dimensions: number };
  readonly embedding: 'features' | 'logits';
  readonly hasFeatureMap: boolean;
  readonly batch: 'many' | 'one' | 'rewritten';
  readonly logits: LogitsPlace['how'];
}

function chooseOutput(inspection: ModelInspection, spec: ImportSpecification): TensorFacts {
  const classes = spec.classNames.length;
  const candidates = spec.output === undefined ? inspection.classOutputs : inspection.classOutputs.filter((each) => each.name === spec.output);
  const widthOf = (facts: TensorFacts) => facts.shape?.[1];
  const fitting = candidates.find((each) => widthOf(each) === classes) ?? candidates.find((each) => typeof widthOf(each) !== 'number');
  if (candidates.length === 0) throw new PerennialError('MODEL_OUTPUT_UNSUPPORTED', undefined, { output: spec.output ?? '' });
  if (fitting === undefined) {
    throw new PerennialError('MODEL_CLASSES_MISMATCH', undefined, { names: classes, outputs: candidates.map((each) => widthOf(each) ?? null) });
  }
  return fitting;
}

interface InputPlan { readonly layout: 'nchw' | 'nhwc'; readonly width: number; readonly height: number }

function planInput({ shape }: TensorFacts, spec: ImportSpecification): InputPlan {
  const [, second, third, fourth] = shape ?? [];
  const certain = second === 3 && fourth !== 3 ? 'nchw' : fourth === 3 && second !== 3 ? 'nhwc' : null;
  if (certain !== null && spec.layout !== undefined && certain !== spec.layout) {
    throw new PerennialError('MODEL_INPUT_UNSUPPORTED', `The input is ${certain.toUpperCase()}, not ${spec.layout.toUpperCase()}.`);
  }
  const layout = certain ?? spec.layout ?? 'nchw';
  const [height, width] = layout === 'nchw' ? [third, fourth] : [second, third];
  const size = (own: unknown, told: number | undefined, side: string) => {
    if (typeof own === 'number' && told !== undefined && own !== told) {
      throw new PerennialError('MODEL_INPUT_UNSUPPORTED', `The model fixes its ${side} to ${own}, not ${told}.`);
    }
    const chosen = typeof own === 'number' ? own : told;
    if (chosen === undefined) throw new PerennialError('MODEL_INPUT_UNSUPPORTED', 'The model leaves its input size free: say which size it was trained with.');
    return chosen;
  };
  return { layout, height: size(height, spec.inputSize?.height, 'height'), width: size(width, spec.inputSize?.width, 'width') };
}

const ownNames = ['image', 'logits', 'embedding', 'feature_map'];

/** Frees the names that this product gives, and those of its prefix, by renaming the model's own tensors of such names. */
function freeNames(graph: GraphProto): (name: string) => string {
  const taken = new Set([
    ...graph.input.map((each) => each.name ?? ''), ...graph.initializer.map((each) => each.name ?? ''), ...graph.node.flatMap((each) => each.output),
  ]);
  const renamed = new Map<string, string>();
  for (const name of taken) {
    if (!ownNames.includes(name) && !name.startsWith('perennial.')) continue;
    let free = `model.${name}`;
    while (taken.has(free)) free = `model.${free}`;
    renamed.set(name, free);
  }
  const change = (name: string) => renamed.get(name) ?? name;
  for (const each of graph.node) {
    each.input = each.input.map(change);
    each.output = each.output.map(change);
    // Names of nodes say nothing and must differ from those of the nodes that are added.
    each.name = '';
  }
  for (const each of [...graph.input, ...graph.initializer]) each.name = change(each.name ?? '');
  return change;
}

const onnxTypes = { float32: DataType.FLOAT, float16: DataType.FLOAT16, float64: DataType.DOUBLE, uint8: DataType.UINT8, other: DataType.FLOAT };

/** From our input (float32, NCHW) to the model's own. */
function inputNodes(input: TensorFacts, ownName: string, plan: InputPlan): NodeProto[] {
  const steps: [string, Record<string, number | readonly number[]>][] = [];
  if (plan.layout === 'nhwc') steps.push(['Transpose', { perm: [0, 2, 3, 1] }]);
  if (input.type !== 'float32') steps.push(['Cast', { to: onnxTypes[input.type] }]);
  if (steps.length === 0) steps.push(['Identity', {}]);
  return steps.map(([operator, attributes], at) => {
    const from = at === 0 ? 'image' : `perennial.input.${at}`;
    return node(operator, [from], [at === steps.length - 1 ? ownName : `perennial.input.${at + 1}`], attributes);
  });
}

/** Reshapes that write a batch of 1 into their result take the batch of what they reshape instead. */
function freeBatch(graph: GraphProto): void {
  const index = indexGraph(graph);
  graph.node.forEach((each, at) => {
    if (each.opType !== 'Reshape' || integerOf(each, 'allowzero', 0) !== 0) return;
    const shape = constantOf(index, each.input[1] ?? '');
    const sizes = shape === undefined ? null : int64Values(shape);
    if (sizes === null || sizes.length < 2 || sizes[0] !== 1n || constantOf(index, each.input[0] ?? '') !== undefined) return;
    const name = `perennial.shape.${at}`;
    graph.initializer.push(int64Tensor(name, [sizes.length], [0n, ...sizes.slice(1)]));
    each.input = [each.input[0] ?? '', name];
  });
}

function identityHead(classes: number): AdaptedModel['head'] {
  const weights = Float32Array.from({ length: classes * classes }, (_, at) => (Math.floor(at / classes) === at % classes ? 1 : 0));
  return { weights, bias: new Float32Array(classes), dimensions: classes };
}

function outputNodes(graph: GraphProto, logits: LogitsPlace, layer: LinearLayer | null, featureMap: string | null, output: TensorFacts): void {
  const emit = (name: string, from: string, flat: boolean) => {
    const source = output.type === 'float32' ? from : `perennial.float.${name}`;
    if (source !== from) graph.node.push(node('Cast', [from], [source], { to: DataType.FLOAT }));
    graph.node.push(flat ? node('Flatten', [source], [name], { axis: 1 }) : node('Identity', [source], [name]));
  };
  let answers = logits.tensor;
  if (logits.how === 'logarithm') {
    // Far below what float32 softmax gives for a class out of question, so only true zeros are moved.
    graph.initializer.push(floatTensor('perennial.smallest', [], Float32Array.of(1e-30)));
    graph.node.push(node('Max', [answers, 'perennial.smallest'], ['perennial.positive']), node('Log', ['perennial.positive'], ['perennial.logarithm']));
    answers = 'perennial.logarithm';
  }
  emit('logits', answers, output.shape?.length !== 2);
  if (layer === null) graph.node.push(node('Identity', ['logits'], ['embedding']));
  else emit('embedding', layer.features, layer.spatial);
  if (featureMap !== null) emit('feature_map', featureMap, false);
}

function preprocessingOf(spec: ImportSpecification, plan: InputPlan, input: TensorFacts): Preprocessing {
  const isPlain = spec.mean.every((each) => each === 0) && spec.std.every((each) => each === 1);
  if (input.type === 'uint8' && (spec.range !== '0-255' || !isPlain)) {
    throw new PerennialError('MODEL_INPUT_UNSUPPORTED', 'The model takes bytes: say 0–255, mean 0 and standard deviation 1.');
  }
  return checkPreprocessing({
    width: plan.width, height: plan.height, resizeMode: spec.resizeMode, kernel: spec.kernel ?? 'linear', cropShare: spec.cropShare ?? 0.875,
    colourOrder: spec.colourOrder, scale: spec.range === '0-1' ? 1 / 255 : 1, mean: spec.mean, std: spec.std, layout: 'nchw', type: 'float32',
  });
}

/**
 * Turns a model made elsewhere into one that serving can run, without running it. One convention for all: float32, NCHW,
 * values by the preprocessing specification; the file itself turns layout and type, and gives logits, not probabilities.
 * Which classes a model knows is told; what it computes is not changed.
 * @throws PerennialError what `inspectModel` throws, MODEL_CLASSES_MISMATCH, MODEL_INPUT_UNSUPPORTED, MODEL_OUTPUT_UNSUPPORTED
 */
export function adaptModel(bytes: Uint8Array, spec: ImportSpecification, options: AdaptOptions = { batch: 'rewrite', features: 'find' }): AdaptedModel {
  const inspection = inspectModel(bytes);
  if (spec.classNames.length < 2 || new Set(spec.classNames).size !== spec.classNames.length) {
    throw new PerennialError('MODEL_CLASSES_MISMATCH', 'Two or more classes are asked for, each named once.', { names: spec.classNames.length });
  }
  const classes = spec.classNames.length;
  const output = chooseOutput(inspection, spec);
  const plan = planInput(inspection.input, spec);
  const preprocessing = preprocessingOf(spec, plan, inspection.input);
  const model = decodeModel(bytes);
  const { graph } = model;
  const change = freeNames(graph);
  const isFixed = inspection.input.shape?.[0] === 1;
  if (isFixed && options.batch === 'rewrite') freeBatch(graph);

  const index = indexGraph(graph);
  const logits = findLogits(index, change(output.name), spec.answers ?? 'unsaid');
  const layer = options.features === 'find' && logits.how !== 'logarithm' ? findLinearLayer(index, logits.tensor, classes) : null;
  const featureMap = layer === null ? null : findFeatureMap(index, layer.features);

  graph.node.unshift(...inputNodes(inspection.input, change(inspection.input.name), plan));
  outputNodes(graph, logits, layer, featureMap, output);
  const batch = isFixed && options.batch === 'keep' ? 1 : 'N';
  graph.input = [valueInfo('image', DataType.FLOAT, [batch, 3, plan.height, plan.width])];
  graph.output = [
    valueInfo('logits', DataType.FLOAT, [batch, classes]),
    valueInfo('embedding', DataType.FLOAT, [batch, layer?.dimensions ?? classes]),
    ...(featureMap === null ? [] : [valueInfo('feature_map', DataType.FLOAT, [batch, layer?.dimensions ?? classes, 'feature_map.height', 'feature_map.width'])]),
  ];
  graph.valueInfo = []; // shapes noted for another batch and layout
  graph.quantizationAnnotation = [];
  prune(graph);
  // Before version 4 every constant had to be listed as an input as well; they are not any more.
  if ((model.irVersion ?? 0n) < 4n) model.irVersion = 4n;
  writeNotes(model, { [noteKeys.preprocessing]: JSON.stringify(preprocessing), [noteKeys.classNames]: JSON.stringify(spec.classNames), [noteKeys.embedding]: layer === null ? 'logits' : 'features' });
  return {
    bytes: encodeModel(model), preprocessing, head: layer ?? identityHead(classes), embedding: layer === null ? 'logits' : 'features',
    hasFeatureMap: featureMap !== null, batch: !isFixed ? 'many' : options.batch === 'rewrite' ? 'rewritten' : 'one', logits: logits.how,
  };
}
