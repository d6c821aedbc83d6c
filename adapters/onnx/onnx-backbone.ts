import type { FeatureMap } from '../../domain/activation-map.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { Backbone } from '../../domain/ports.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';
import { decodeModel, readNotes } from './model-file.ts';
import { checkPreprocessing, noteKeys, parseNote } from './notes.ts';
import { createOnnxSession } from './session.ts';
import type { OnnxSession, OutputTensor } from './session.ts';
import { weightsDigest } from './weights-digest.ts';

/** Images that the memory kept between runs has room for. */
const scratchImages = 4;

/** A backbone that can also show where in the picture its features are. */
export interface OnnxBackbone extends Backbone {
  /** The feature map of one image, for an activation map; null where the model has none. */
  featureMap(input: Float32Array): Promise<FeatureMap | null>;
}

export interface BackboneOptions {
  readonly threads: number;
  /** Most images in one run; larger requests are run in parts. 32 unless given. */
  readonly batchSizeMax?: number;
  /** Overrides the specification noted in the model. */
  readonly preprocessing?: Preprocessing;
}

function rowOf(tensor: OutputTensor, at: number, count: number): Float32Array {
  const width = tensor.data.length / count;
  return tensor.data.slice(at * width, (at + 1) * width);
}

/** One after another, in `scratch` where there is room: the memory of one run serves the next. */
function join(inputs: readonly Float32Array[], scratch: Float32Array): Float32Array {
  const width = inputs[0]?.length ?? 0;
  const all = inputs.length * width <= scratch.length ? scratch.subarray(0, inputs.length * width) : new Float32Array(inputs.length * width);
  inputs.forEach((input, at) => {
    if (input.length !== width) throw new PerennialError('MODEL_INPUT_UNSUPPORTED', 'The images of the batch differ in size.');
    all.set(input, at * width);
  });
  return all;
}

async function embeddingWidth(session: OnnxSession, values: number): Promise<number> {
  const { embedding } = await session.run(new Float32Array(values), 1, ['embedding']);
  if (embedding === undefined || embedding.dims.length !== 2) {
    throw new PerennialError('MODEL_OUTPUT_UNSUPPORTED', 'The model has no embedding of one row an image.');
  }
  return embedding.data.length;
}

/**
 * Loads a model with the outputs `embedding` and, where it has a classifier, `logits`: the default backbone, an imported
 * model after `adaptModel`, or a composed one. Batches of any size give the same values within 1e-5.
 * @throws PerennialError MODEL_FILE_INVALID (no preprocessing noted), MODEL_LOAD_FAILED, MODEL_OUTPUT_UNSUPPORTED
 */
export async function createOnnxBackbone(bytes: Uint8Array, options: BackboneOptions): Promise<OnnxBackbone> {
  const model = decodeModel(bytes);
  const preprocessing = options.preprocessing ?? checkPreprocessing(parseNote(readNotes(model), noteKeys.preprocessing));
  const names = new Set(model.graph.output.map((each) => each.name ?? ''));
  if (!names.has('embedding')) throw new PerennialError('MODEL_OUTPUT_UNSUPPORTED', 'The model has no output named embedding.');
  const outputs = ['embedding', 'logits'].filter((name) => names.has(name));
  const digest = weightsDigest(bytes);
  const { width, height } = preprocessing;
  const session = await createOnnxSession(bytes, { threads: options.threads, warmUp: false, inputSize: [3, height, width] });
  const batchSizeMax = session.batch === 'one' ? 1 : Math.max(1, options.batchSizeMax ?? 32);
  let dimensions: number;
  try {
    dimensions = await embeddingWidth(session, 3 * height * width);
  } catch (error) {
    await session.close();
    throw error;
  }

  let scratch = new Float32Array();
  async function runPart(part: readonly Float32Array[]) {
    const [first] = part;
    // Taken while this run is under way: one beside it finds none and makes its own.
    const mine = scratch.length > 0 ? scratch : new Float32Array(scratchImages * (first?.length ?? 0));
    scratch = new Float32Array();
    const { embedding, logits } = await session.run(join(part, mine), part.length, outputs).finally(() => { scratch = mine; });
    return part.map((_, at) => ({
      embedding: rowOf(embedding!, at, part.length),
      logits: logits === undefined ? null : rowOf(logits, at, part.length),
    }));
  }

  return {
    weightsDigest: digest, preprocessing, dimensions,
    async run(inputs) {
      const answers: { embedding: Float32Array; logits: Float32Array | null }[] = [];
      for (let from = 0; from < inputs.length; from += batchSizeMax) {
        answers.push(...await runPart(inputs.slice(from, from + batchSizeMax)));
      }
      return answers;
    },
    async featureMap(input) {
      if (!names.has('feature_map')) return null;
      const { feature_map: map } = await session.run(input, 1, ['feature_map']);
      const [, channels, rows, columns] = map?.dims ?? [];
      if (map === undefined || channels === undefined || rows === undefined || columns === undefined) return null;
      return { channels, height: rows, width: columns, data: map.data };
    },
    close: () => session.close(),
  };
}
