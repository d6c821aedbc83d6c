import { PerennialError } from '../../domain/errors.ts';
import { decodeModel, encodeModel } from './model-file.ts';
import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto } from './model-file.ts';
import { TensorProto_DataLocation } from './proto/onnx_pb.js';
import { declaredBytes } from './tensor-values.ts';

function* tensorsOfAttribute(attribute: AttributeProto): Generator<TensorProto> {
  if (attribute.t !== undefined) yield attribute.t;
  yield* attribute.tensors;
  for (const sparse of [...attribute.sparseTensors, ...(attribute.sparseTensor === undefined ? [] : [attribute.sparseTensor])]) {
    if (sparse.values !== undefined) yield sparse.values;
    if (sparse.indices !== undefined) yield sparse.indices;
  }
  for (const graph of [...attribute.graphs, ...(attribute.g === undefined ? [] : [attribute.g])]) yield* tensorsOfGraph(graph);
}

function* tensorsOfNodes(nodes: readonly NodeProto[]): Generator<TensorProto> {
  for (const each of nodes) for (const attribute of each.attribute) yield* tensorsOfAttribute(attribute);
}

function* tensorsOfGraph(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer;
  for (const sparse of graph.sparseInitializer) {
    if (sparse.values !== undefined) yield sparse.values;
    if (sparse.indices !== undefined) yield sparse.indices;
  }
  yield* tensorsOfNodes(graph.node);
}

/** Every constant anywhere in the file: initializers, sparse ones, attributes, subgraphs, functions, training parts. */
export function* tensorsOfModel(model: ModelProto): Generator<TensorProto> {
  if (model.graph !== undefined) yield* tensorsOfGraph(model.graph);
  for (const each of model.functions) {
    yield* tensorsOfNodes(each.node);
    for (const attribute of each.attributeProto) yield* tensorsOfAttribute(attribute);
  }
  for (const each of model.trainingInfo) {
    if (each.initialization !== undefined) yield* tensorsOfGraph(each.initialization);
    if (each.algorithm !== undefined) yield* tensorsOfGraph(each.algorithm);
  }
}

/** Whether a constant says that its values are in another file. */
export function isExternal(tensor: TensorProto): boolean {
  return tensor.dataLocation === TensorProto_DataLocation.EXTERNAL || tensor.externalData.length > 0;
}

function sliceOf(tensor: TensorProto, sidecar: Uint8Array): Uint8Array {
  const entries = new Map(tensor.externalData.map((each) => [each.key ?? '', each.value ?? '']));
  const offset = Number(entries.get('offset') ?? '0');
  const length = Number(entries.get('length') ?? String(declaredBytes(tensor)));
  const holds = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0
    && length === declaredBytes(tensor) && offset + length <= sidecar.length;
  if (!holds) {
    throw new PerennialError('MODEL_EXTERNAL_DATA', 'The data file beside the model does not hold what the model says.', { tensor: tensor.name ?? '' });
  }
  return sidecar.slice(offset, offset + length);
}

/**
 * Takes the one `.data` file beside a model into the model. The place that the model names is never opened: the caller
 * gives the bytes. All external constants must name the same file.
 * @returns the bytes of a model without external data; the same bytes where there was none
 * @throws PerennialError MODEL_FILE_INVALID, or MODEL_EXTERNAL_DATA when several files are named or the bytes do not fit
 */
export function inlineExternalData(modelBytes: Uint8Array, sidecarBytes: Uint8Array): Uint8Array {
  const model = decodeModel(modelBytes);
  const external = [...tensorsOfModel(model)].filter(isExternal);
  if (external.length === 0) return modelBytes;
  const places = new Set(external.map((tensor) => tensor.externalData.find((each) => each.key === 'location')?.value ?? ''));
  if (places.size > 1) {
    throw new PerennialError('MODEL_EXTERNAL_DATA', 'The model keeps weights in several files; save it with one.', { files: places.size });
  }
  for (const tensor of external) {
    tensor.rawData = sliceOf(tensor, sidecarBytes);
    tensor.externalData = [];
    tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
  }
  return encodeModel(model);
}

/** The name of the file beside a model that its constants are in, as the model writes it; null where there is none. */
export function externalDataFile(modelBytes: Uint8Array): string | null {
  for (const tensor of tensorsOfModel(decodeModel(modelBytes))) {
    if (isExternal(tensor)) return tensor.externalData.find((each) => each.key === 'location')?.value ?? '';
  }
  return null;
}
