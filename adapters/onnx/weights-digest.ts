import { createHash } from 'node:crypto';
import { ancestorsOf, decodeModel, indexGraph } from './model-file.ts';
import type { ModelFile, TensorProto } from './model-file.ts';
import { tensorBytes } from './tensor-values.ts';

/** Constants that the embedding is computed from, by name; all of them where the model has no output of that name. */
function constantsBehindEmbedding(model: ModelFile): Map<string, TensorProto> {
  const { graph } = model;
  const hasEmbedding = graph.output.some((each) => each.name === 'embedding');
  const needed = hasEmbedding ? ancestorsOf(graph, ['embedding']) : null;
  const all = [...indexGraph(graph).constants];
  return new Map(all.filter(([name]) => needed === null || needed.has(name)));
}

/**
 * SHA-256 of what an embedding is computed from: name, type, shape and little-endian values of every constant behind the
 * output `embedding`, in the order of their names. Adding an output, a head or notes leaves it as it is, so cached
 * embeddings stay good; changing one weight does not. The Python side computes the same (`weights_digest`).
 * @throws PerennialError MODEL_FILE_INVALID
 */
export function weightsDigest(bytes: Uint8Array): string {
  const constants = constantsBehindEmbedding(decodeModel(bytes));
  const names = [...constants.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const hash = createHash('sha256');
  for (const name of names) {
    const tensor = constants.get(name);
    if (tensor === undefined) continue;
    hash.update(`${JSON.stringify([name, tensor.dataType ?? 0, tensor.dims.map(Number)])}\n`);
    hash.update(tensorBytes(tensor));
  }
  return hash.digest('hex');
}
