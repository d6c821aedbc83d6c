import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { PerennialError } from '../../domain/errors.ts';
import {
  AttributeProto_AttributeType, AttributeProtoSchema, ModelProtoSchema, NodeProtoSchema, StringStringEntryProtoSchema,
  TensorProto_DataType, TensorProtoSchema, ValueInfoProtoSchema,
} from './proto/onnx_pb.js';
import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto } from './proto/onnx_pb.js';

export type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto };
export { TensorProto_DataType as DataType };

/** A model with a graph: what `decodeModel` vouches for. */
export type ModelFile = ModelProto & { graph: GraphProto };

/**
 * Reads the bytes of an ONNX model; nothing of it is run and no other file is opened.
 * Fields that this schema does not know survive a round trip.
 * @throws PerennialError MODEL_FILE_INVALID when the bytes are cut short, nested too deeply, or not a model
 */
export function decodeModel(bytes: Uint8Array): ModelFile {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new PerennialError('MODEL_FILE_INVALID', undefined, { why: 'the file is cut short or damaged' }, { cause });
  }
  const { graph } = model;
  if (graph === undefined || graph.node.length === 0 || graph.output.length === 0) {
    throw new PerennialError('MODEL_FILE_INVALID', undefined, { why: 'the file holds no network' });
  }
  return model as ModelFile;
}

/** The bytes of a model; equal models give equal bytes. */
export function encodeModel(model: ModelProto): Uint8Array {
  return toBinary(ModelProtoSchema, model);
}

/** The model's own notes (`metadata_props`) by key. */
export function readNotes(model: ModelProto): Map<string, string> {
  return new Map(model.metadataProps.map((entry) => [entry.key ?? '', entry.value ?? '']));
}

/** Sets notes, replacing those of the same key, in the order of their keys so that equal notes are equal bytes. */
export function writeNotes(model: ModelProto, notes: Readonly<Record<string, string>>): void {
  const all = readNotes(model);
  for (const [key, value] of Object.entries(notes)) all.set(key, value);
  model.metadataProps = [...all].sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
}

type AttributeValue = number | readonly number[] | string | TensorProto;

function attribute(name: string, value: AttributeValue): AttributeProto {
  const { INT, INTS, STRING, TENSOR } = AttributeProto_AttributeType;
  const init = (fields: MessageInitShape<typeof AttributeProtoSchema>) => create(AttributeProtoSchema, { name, ...fields });
  if (typeof value === 'number') return init({ type: INT, i: BigInt(value) });
  if (typeof value === 'string') return init({ type: STRING, s: new TextEncoder().encode(value) });
  if ('dataType' in value) return init({ type: TENSOR, t: value });
  return init({ type: INTS, ints: value.map((number) => BigInt(number)) });
}

/** A node of the standard domain; numbers become integer attributes. Its name is its first output's. */
export function node(
  opType: string, input: readonly string[], output: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {},
): NodeProto {
  return create(NodeProtoSchema, {
    opType, name: output[0] ?? opType, input: [...input], output: [...output],
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  });
}

/** A constant of little-endian 32-bit floats. */
export function floatTensor(name: string, dims: readonly number[], values: Float32Array): TensorProto {
  return create(TensorProtoSchema, {
    name, dims: dims.map((size) => BigInt(size)), dataType: TensorProto_DataType.FLOAT,
    rawData: new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength)),
  });
}

/** A constant of 64-bit integers, for shapes and axes. */
export function int64Tensor(name: string, dims: readonly number[], values: readonly bigint[]): TensorProto {
  return create(TensorProtoSchema, {
    name, dims: dims.map((size) => BigInt(size)), dataType: TensorProto_DataType.INT64,
    rawData: new Uint8Array(BigInt64Array.from(values).buffer),
  });
}

/** Name, element type and shape of an input or output; a text is the name of a size that is free. */
export function valueInfo(name: string, elemType: TensorProto_DataType, dims: readonly (number | string)[]): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: {
      elemType,
      shape: { dim: dims.map((size) => ({
        value: typeof size === 'number' ? { case: 'dimValue' as const, value: BigInt(size) } : { case: 'dimParam' as const, value: size },
      })) },
    } } },
  });
}

/** An integer attribute of a node. */
export function integerOf(of: NodeProto, name: string, otherwise: number): number {
  const found = of.attribute.find((each) => each.name === name);
  return found?.i === undefined ? otherwise : Number(found.i);
}

/** Who makes each tensor, and what is constant: made once for a graph that is only read. */
export interface GraphIndex {
  readonly makers: ReadonlyMap<string, NodeProto>;
  readonly constants: ReadonlyMap<string, TensorProto>;
}

/** Looks a graph over once; changes made to it later are not seen. */
export function indexGraph(graph: GraphProto): GraphIndex {
  const makers = new Map(graph.node.flatMap((each) => each.output.map((name) => [name, each] as const)));
  const constants = new Map(graph.initializer.map((each) => [each.name ?? '', each] as const));
  for (const each of graph.node) {
    const value = each.opType === 'Constant' ? each.attribute.find((one) => one.name === 'value')?.t : undefined;
    const output = each.output[0];
    if (value !== undefined && output !== undefined) constants.set(output, value);
  }
  return { makers, constants };
}

/** How many Identity nodes are followed: a hostile file may hold a ring of them. */
const identitiesMax = 16;

/** A constant by name: an initializer, or the tensor of a Constant node, also behind Identity nodes. */
export function constantOf({ makers, constants }: GraphIndex, name: string): TensorProto | undefined {
  let at = name;
  for (let step = 0; step < identitiesMax; step += 1) {
    const found = constants.get(at);
    const maker = makers.get(at);
    if (found !== undefined || maker?.opType !== 'Identity') return found;
    at = maker.input[0] ?? '';
  }
  return undefined;
}

/** Leaves out the nodes and constants that no output needs any more. */
export function prune(graph: GraphProto): void {
  const needed = ancestorsOf(graph, graph.output.map((each) => each.name ?? ''));
  graph.node = graph.node.filter((each) => each.output.some((name) => needed.has(name)));
  graph.initializer = graph.initializer.filter((each) => needed.has(each.name ?? ''));
  graph.valueInfo = graph.valueInfo.filter((each) => needed.has(each.name ?? ''));
}

/** Names of every tensor that these are computed from, themselves included. */
export function ancestorsOf(graph: GraphProto, names: readonly string[]): Set<string> {
  const makers = new Map(graph.node.flatMap((each) => each.output.map((name) => [name, each] as const)));
  const seen = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === '' || seen.has(name)) continue;
    seen.add(name);
    waiting.push(...(makers.get(name)?.input ?? []));
  }
  return seen;
}
