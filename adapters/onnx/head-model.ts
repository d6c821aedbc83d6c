import { PerennialError } from '../../domain/errors.ts';
import type { Head } from '../../domain/ports.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';
import { DataType, decodeModel, encodeModel, floatTensor, node, prune, readNotes, valueInfo, writeNotes } from './model-file.ts';
import type { ModelFile } from './model-file.ts';
import { checkPreprocessing, noteKeys, parseNote } from './notes.ts';
import { floatValues } from './tensor-values.ts';

/** What a composed model says of itself. */
export interface ModelMetadata {
  readonly classNames: readonly string[];
  readonly classIds: readonly number[];
  readonly preprocessing: Preprocessing;
  readonly temperature: number;
  readonly normalise: Head['normalise'];
  readonly dimensions: number;
  /** Every other note of the model. */
  readonly notes: Readonly<Record<string, string>>;
}

export interface Composition {
  readonly backbone: Uint8Array;
  readonly head: Head;
  /** Names in the order of `head.classIds`. */
  readonly classNames: readonly string[];
  readonly preprocessing: Preprocessing;
  /** Further notes, for instance the digest of the dataset version; keys that start with `perennial.` by convention. */
  readonly notes?: Readonly<Record<string, string>>;
}

const weightName = 'perennial.head.weight';
const biasName = 'perennial.head.bias';

function checkHead({ head, classNames }: Composition): void {
  const classes = head.classIds.length;
  if (classNames.length !== classes) {
    throw new PerennialError('MODEL_CLASSES_MISMATCH', undefined, { names: classNames.length, classes });
  }
  const fits = classes >= 2 && new Set(head.classIds).size === classes && head.bias.length === classes
    && head.weights.length === classes * head.dimensions && head.temperature > 0 && Number.isFinite(head.temperature)
    && (head.centroids === null || head.centroids.length === head.weights.length);
  const finite = [head.weights, head.bias, head.centroids ?? []].every((values) => values.every((each) => Number.isFinite(each)));
  if (!fits || !finite) throw new PerennialError('TRAINING_INPUT_INVALID', 'The head’s sizes or values do not hold together.');
}

/** Leaves the backbone with its embedding and feature map; its own classifier and constants of no further use go. */
function keepFeatures(model: ModelFile): void {
  const { graph } = model;
  graph.output = graph.output.filter((each) => each.name === 'embedding' || each.name === 'feature_map');
  if (!graph.output.some((each) => each.name === 'embedding')) {
    throw new PerennialError('MODEL_OUTPUT_UNSUPPORTED', 'The backbone has no output named embedding.');
  }
  prune(graph);
  const taken = new Set(graph.node.flatMap((each) => [...each.input, ...each.output]));
  if (taken.has('logits') || taken.has('probabilities')) {
    // An imported model without a linear last layer has its logits as embedding; the names are needed for the head's own.
    rename(model, (name) => (name === 'logits' || name === 'probabilities' ? `backbone.${name}` : name));
  }
}

function rename({ graph }: ModelFile, change: (name: string) => string): void {
  for (const each of graph.node) {
    each.input = each.input.map(change);
    each.output = each.output.map(change);
    each.name = change(each.name ?? '');
  }
  for (const each of [...graph.initializer, ...graph.valueInfo]) each.name = change(each.name ?? '');
}

function addHead({ graph }: ModelFile, head: Head): void {
  const classes = head.classIds.length;
  let features = 'embedding';
  if (head.normalise === 'l2') {
    features = 'perennial.head.unit';
    graph.node.push(node('LpNormalization', ['embedding'], [features], { axis: 1, p: 2 }));
  }
  graph.initializer.push(
    floatTensor(weightName, [classes, head.dimensions], head.weights),
    floatTensor(biasName, [classes], head.bias),
    floatTensor('perennial.head.temperature', [1], Float32Array.of(head.temperature)),
  );
  graph.node.push(
    node('Gemm', [features, weightName, biasName], ['logits'], { transB: 1 }),
    node('Div', ['logits', 'perennial.head.temperature'], ['perennial.head.tempered']),
    node('Softmax', ['perennial.head.tempered'], ['probabilities'], { axis: 1 }),
  );
  const batch = batchOf(graph.input[0]);
  graph.output = [
    valueInfo('probabilities', DataType.FLOAT, [batch, classes]),
    valueInfo('logits', DataType.FLOAT, [batch, classes]),
    ...graph.output,
  ];
}

function batchOf(input: ModelFile['graph']['input'][number] | undefined): number | string {
  const type = input?.type?.value;
  const first = type?.case === 'tensorType' ? type.value.shape?.dim[0]?.value : undefined;
  return first?.case === 'dimValue' ? Number(first.value) : 'N';
}

function toBase64(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

/**
 * One self-contained ONNX file out of a backbone and a head. Input `image`; outputs `probabilities` (softmax of logits ÷
 * temperature), `logits`, `embedding` and, where the backbone has one, `feature_map`. Class names, class ids, preprocessing
 * and temperature are noted in the file. The same arguments give the same bytes, and `weightsDigest` of the result is the
 * backbone's.
 * @throws PerennialError MODEL_FILE_INVALID, MODEL_OUTPUT_UNSUPPORTED, MODEL_CLASSES_MISMATCH, TRAINING_INPUT_INVALID
 */
export function composeModel(composition: Composition): Uint8Array {
  checkHead(composition);
  const { head } = composition;
  const model = decodeModel(composition.backbone);
  keepFeatures(model);
  addHead(model, head);
  model.producerName = 'perennial';
  writeNotes(model, {
    ...composition.notes,
    [noteKeys.preprocessing]: JSON.stringify(checkPreprocessing(composition.preprocessing)),
    [noteKeys.classNames]: JSON.stringify(composition.classNames),
    [noteKeys.classIds]: JSON.stringify(head.classIds),
    [noteKeys.head]: JSON.stringify({ temperature: head.temperature, normalise: head.normalise, dimensions: head.dimensions }),
    ...(head.centroids === null ? {} : { [noteKeys.centroids]: toBase64(head.centroids) }),
  });
  return encodeModel(model);
}

function metadataOf(model: ModelFile): ModelMetadata {
  const notes = readNotes(model);
  const classNames = parseNote(notes, noteKeys.classNames);
  const classIds = parseNote(notes, noteKeys.classIds);
  const head = parseNote(notes, noteKeys.head) as { temperature?: unknown; normalise?: unknown; dimensions?: unknown } | null;
  const namesHold = Array.isArray(classNames) && classNames.every((each) => typeof each === 'string');
  const idsHold = Array.isArray(classIds) && classIds.every((each) => Number.isInteger(each)) && classIds.length === (classNames as unknown[]).length;
  if (!namesHold || !idsHold || typeof head?.temperature !== 'number' || !(head.temperature > 0) || typeof head.dimensions !== 'number') {
    throw new PerennialError('MODEL_FILE_INVALID', undefined, { why: 'the classes or the head noted in the model do not hold together' });
  }
  const own = new Set<string>(Object.values(noteKeys));
  return {
    classNames, classIds, temperature: head.temperature, dimensions: head.dimensions,
    normalise: head.normalise === 'l2' ? 'l2' : 'none',
    preprocessing: checkPreprocessing(parseNote(notes, noteKeys.preprocessing)),
    notes: Object.fromEntries([...notes].filter(([key]) => !own.has(key))),
  };
}

/**
 * Reads back what `composeModel` noted.
 * @throws PerennialError MODEL_FILE_INVALID when the file was not composed by it, or its notes do not hold together
 */
export function readModelMetadata(bytes: Uint8Array): ModelMetadata {
  return metadataOf(decodeModel(bytes));
}

/**
 * Takes the head out of a composed model, so that serving needs one session for all heads of a backbone.
 * @throws PerennialError MODEL_FILE_INVALID
 */
export function readHead(bytes: Uint8Array): Head {
  const model = decodeModel(bytes);
  const { classIds, temperature, normalise, dimensions } = metadataOf(model);
  const values = (name: string) => {
    const tensor = model.graph.initializer.find((each) => each.name === name);
    return tensor === undefined ? null : floatValues(tensor);
  };
  const [weights, bias] = [values(weightName), values(biasName)];
  if (weights === null || bias === null || weights.length !== classIds.length * dimensions || bias.length !== classIds.length) {
    throw new PerennialError('MODEL_FILE_INVALID', undefined, { why: 'the model holds no head of the size it notes' });
  }
  const noted = readNotes(model).get(noteKeys.centroids);
  const raw = noted === undefined ? null : Uint8Array.from(Buffer.from(noted, 'base64'));
  const centroids = raw !== null && raw.length === weights.length * 4 ? new Float32Array(raw.buffer) : null;
  return { classIds, dimensions, weights, bias, temperature, normalise, centroids };
}
