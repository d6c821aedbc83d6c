import { PerennialError } from '../../domain/errors.ts';
import { isExternal, tensorsOfModel } from './external-data.ts';
import { DataType, constantOf, decodeModel, indexGraph, readNotes } from './model-file.ts';
import type { ModelFile, ValueInfoProto } from './model-file.ts';
import { allowedOperators } from './operators.ts';
import { declaredBytes, int64Values, tensorBytes } from './tensor-values.ts';

/** Limits of an imported file; what the runtime then takes is held by the loading child. */
export interface ModelLimits {
  readonly byteSizeMax: number;
  /** All constants together, once loaded. */
  readonly constantBytesMax: number;
  /** One tensor whose shape the file declares, at four bytes an element. */
  readonly tensorBytesMax: number;
  readonly nodesMax: number;
  /** The model's own notes together. */
  readonly noteBytesMax: number;
}

const MiB = 2 ** 20;
export const defaultModelLimits: ModelLimits = {
  byteSizeMax: 512 * MiB, constantBytesMax: 1024 * MiB, tensorBytesMax: 512 * MiB, nodesMax: 50_000, noteBytesMax: 16 * MiB,
};

/** Opsets that ONNX Runtime promises to run start at 7. */
const opsetMin = 7;

/** Name, element type and shape; a text is a size that is free, null one the file does not name. */
export interface TensorFacts {
  readonly name: string;
  readonly type: 'float32' | 'float16' | 'float64' | 'uint8' | 'other';
  /** Null where the file does not even say the rank. */
  readonly shape: readonly (number | string | null)[] | null;
}

/** What an ONNX file says of itself. */
export interface ModelInspection {
  readonly byteSize: number;
  readonly constantBytes: number;
  readonly opset: number;
  readonly irVersion: number;
  readonly producer: string;
  readonly input: TensorFacts;
  readonly outputs: readonly TensorFacts[];
  /** Outputs that may hold one value per class: floats, N×C or N×C×1×1, or of unsaid rank. */
  readonly classOutputs: readonly TensorFacts[];
  /** Operators in use, each once, in alphabetical order. */
  readonly operators: readonly string[];
  readonly notes: Readonly<Record<string, string>>;
}

const typeNames = new Map<number, TensorFacts['type']>([
  [DataType.FLOAT, 'float32'], [DataType.FLOAT16, 'float16'], [DataType.DOUBLE, 'float64'], [DataType.UINT8, 'uint8'],
]);

function factsOf(info: ValueInfoProto): TensorFacts {
  const type = info.type?.value;
  if (type?.case !== 'tensorType') return { name: info.name ?? '', type: 'other', shape: null };
  const shape = type.value.shape?.dim.map(({ value }) => {
    if (value.case === 'dimValue') return value.value > 0n ? Number(value.value) : null;
    return value.case === 'dimParam' && value.value !== '' ? value.value : null;
  });
  return { name: info.name ?? '', type: typeNames.get(type.value.elemType ?? 0) ?? 'other', shape: shape ?? null };
}

function refuseTooLarge(what: string, bytes: number, limit: number): never {
  throw new PerennialError('MODEL_TOO_LARGE', undefined, { what, bytes, limit });
}

function checkConstants(model: ModelFile, limits: ModelLimits): number {
  let total = 0;
  for (const tensor of tensorsOfModel(model)) {
    if (isExternal(tensor)) throw new PerennialError('MODEL_EXTERNAL_DATA', undefined, { tensor: tensor.name ?? '' });
    if (tensor.segment !== undefined) throw new PerennialError('MODEL_FILE_INVALID', undefined, { why: 'a constant is cut in segments' });
    if (tensor.dataType === DataType.STRING) throw new PerennialError('MODEL_OPERATOR_REFUSED', undefined, { operator: 'text constants' });
    total += declaredBytes(tensor);
    if (total > limits.constantBytesMax) refuseTooLarge('constants', total, limits.constantBytesMax);
    tensorBytes(tensor);
  }
  return total;
}

function checkOperators({ graph, functions, trainingInfo }: ModelFile, limits: ModelLimits): string[] {
  const refuse = (operator: string) => new PerennialError('MODEL_OPERATOR_REFUSED', undefined, { operator });
  if (functions.length > 0) throw refuse('functions of the model’s own');
  if (trainingInfo.length > 0) throw refuse('training steps');
  if (graph.sparseInitializer.length > 0) throw refuse('sparse constants');
  if (graph.node.length > limits.nodesMax) {
    throw new PerennialError('MODEL_TOO_LARGE', undefined, { what: 'operators', count: graph.node.length, limit: limits.nodesMax });
  }
  for (const each of graph.node) {
    const operator = each.opType ?? '';
    const domain = each.domain ?? '';
    if (domain !== '' && domain !== 'ai.onnx') throw refuse(`${domain}.${operator}`);
    if (!allowedOperators.has(operator)) throw refuse(operator);
    if (each.attribute.some((one) => one.g !== undefined || one.graphs.length > 0)) throw refuse(`${operator} with a graph inside`);
    if (each.attribute.some((one) => one.sparseTensor !== undefined || one.sparseTensors.length > 0)) throw refuse(`${operator} with sparse constants`);
  }
  return [...new Set(graph.node.map((each) => each.opType ?? ''))].sort();
}

/** Shapes that the file itself declares: no tensor of them may be larger than the limit. */
function checkDeclaredShapes({ graph }: ModelFile, limits: ModelLimits): void {
  const hold = (what: string, sizes: readonly number[]) => {
    const bytes = sizes.reduce((product, size) => product * size, 4);
    if (bytes > limits.tensorBytesMax) refuseTooLarge(what, bytes, limits.tensorBytesMax);
  };
  for (const info of [...graph.input, ...graph.output, ...graph.valueInfo]) {
    const { name, shape } = factsOf(info);
    hold(name, (shape ?? []).map((size) => (typeof size === 'number' ? size : 1)));
  }
  const index = indexGraph(graph);
  for (const each of graph.node) {
    const at = each.opType === 'ConstantOfShape' ? 0 : ['Expand', 'Reshape'].includes(each.opType ?? '') ? 1 : -1;
    const shape = at < 0 ? undefined : constantOf(index, each.input[at] ?? '');
    const sizes = shape === undefined ? null : int64Values(shape);
    if (sizes !== null) hold(each.output[0] ?? '', sizes.map((size) => Math.max(1, Number(size))));
  }
}

function checkInput({ graph }: ModelFile): TensorFacts {
  const constants = new Set(graph.initializer.map((each) => each.name));
  // Before IR version 4 every initializer was listed as an input as well.
  const inputs = graph.input.filter((each) => !constants.has(each.name)).map(factsOf);
  const refuse = (why: string) => new PerennialError('MODEL_INPUT_UNSUPPORTED', undefined, { why });
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) throw refuse(`the model has ${inputs.length} inputs, one is asked for`);
  if (input.type === 'other') throw refuse('the input is not of 32-bit, 16-bit or 64-bit floats or bytes');
  if (input.shape === null || input.shape.length !== 4) throw refuse(`the input has rank ${input.shape?.length ?? 'unknown'}, 4 is asked for`);
  const [batch] = input.shape;
  if (typeof batch === 'number' && batch > 1) throw refuse(`the model takes exactly ${batch} images at once`);
  const [, second, , fourth] = input.shape;
  const free = (size: unknown) => typeof size !== 'number';
  if (second !== 3 && fourth !== 3 && !free(second) && !free(fourth)) throw refuse('the input does not have three colours');
  return input;
}

function mayHoldClasses({ type, shape }: TensorFacts): boolean {
  if (type === 'other' || type === 'uint8') return false;
  if (shape === null) return true;
  const [, classes, height, width] = shape;
  if (classes === 1) return false;
  return shape.length === 2 || (shape.length === 4 && height === 1 && width === 1);
}

/**
 * Reads an untrusted ONNX file and refuses it by code, without running or opening anything.
 * @throws PerennialError MODEL_TOO_LARGE, MODEL_FILE_INVALID, MODEL_EXTERNAL_DATA, MODEL_OPERATOR_REFUSED,
 *   MODEL_INPUT_UNSUPPORTED, MODEL_OUTPUT_UNSUPPORTED
 */
export function inspectModel(bytes: Uint8Array, limits: ModelLimits = defaultModelLimits): ModelInspection {
  if (bytes.length > limits.byteSizeMax) refuseTooLarge('file', bytes.length, limits.byteSizeMax);
  const model = decodeModel(bytes);
  const constantBytes = checkConstants(model, limits);
  const operators = checkOperators(model, limits);
  checkDeclaredShapes(model, limits);
  const opset = Number(model.opsetImport.find((each) => (each.domain ?? '') === '' || each.domain === 'ai.onnx')?.version ?? 0n);
  if (opset < opsetMin) throw new PerennialError('MODEL_FILE_INVALID', undefined, { why: `opset ${opset} is older than ${opsetMin}` });
  const notes = readNotes(model);
  const noteBytes = [...notes].reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (noteBytes > limits.noteBytesMax) refuseTooLarge('notes', noteBytes, limits.noteBytesMax);
  const input = checkInput(model);
  const outputs = model.graph.output.map(factsOf);
  const classOutputs = outputs.filter(mayHoldClasses);
  if (classOutputs.length === 0) throw new PerennialError('MODEL_OUTPUT_UNSUPPORTED', undefined, { outputs: outputs.map((each) => each.name) });
  return {
    byteSize: bytes.length, constantBytes, opset, irVersion: Number(model.irVersion ?? 0n), producer: model.producerName ?? '',
    input, outputs, classOutputs, operators, notes: Object.fromEntries(notes),
  };
}
