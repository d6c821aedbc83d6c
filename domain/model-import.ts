import { PerennialError } from './errors.ts';
import type { Head } from './ports.ts';
import type { Preprocessing } from './preprocessing.ts';
import type { ProjectClass } from './prediction.ts';

/** What a model file cannot say about itself. */
export interface ImportSpecification {
  /** Names in the order of the model's outputs. */
  readonly classNames: readonly string[];
  readonly colourOrder: 'rgb' | 'bgr';
  /** What a byte is turned into before `mean` and `std`: value ÷ 255, or the value itself. */
  readonly range: '0-1' | '0-255';
  /** In units of `range`, in the model's own colour order. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly resizeMode: Preprocessing['resizeMode'];
  /** `linear` unless given. */
  readonly kernel?: Preprocessing['kernel'] | undefined;
  /** Share of the shorter side that `crop` keeps; 0.875 unless given. */
  readonly cropShare?: number | undefined;
  /** Where the shape cannot tell. */
  readonly layout?: 'nchw' | 'nhwc' | undefined;
  /** Where the file leaves the size free. */
  readonly inputSize?: { readonly width: number; readonly height: number } | undefined;
  /** Whether outputs are probabilities already. A softmax at the end is found without being told. */
  readonly answers?: 'probabilities' | 'logits' | undefined;
  /** Which output, where several have one value per class. */
  readonly output?: string | undefined;
}

/** What a model from outside becomes here. */
export interface BroughtModel {
  /** The network that serving loads: pictures in, `embedding` and `logits` out. */
  readonly backbone: { readonly bytes: Uint8Array; readonly sha256: string };
  /** One self-contained file with the project's class names: what is registered. */
  readonly artifact: { readonly bytes: Uint8Array; readonly sha256: string };
  /** The model's own last layer over the project's classes. */
  readonly head: Head;
  readonly weightsDigest: string;
  readonly preprocessing: Preprocessing;
  readonly preprocessingDigest: string;
  /** `logits` where the model has no linear last layer, so that nothing before it can be retrained on. */
  readonly embedding: 'features' | 'logits';
  readonly batch: 'many' | 'one' | 'rewritten';
  /** What was found and done, in sentences for the person who imports. */
  readonly remarks: readonly string[];
  readonly measured: { readonly millisecondsPerImage: number; readonly peakMemoryBytes: number; readonly batchDifference: number | null };
}

/** Reads, adapts and tries a file from outside where it can harm nobody. */
export interface ModelImporter {
  /**
   * @param classes the project's classes; `rowOf` names the row of the model's output for each, null where it has none
   * @throws PerennialError any code that starts with MODEL_
   */
  bring(bytes: Uint8Array, specification: ImportSpecification, classes: readonly ProjectClass[], rowOf: readonly (number | null)[]): Promise<BroughtModel>;
}

/** The logit of a class that a model does not know: far below all others, and finite, for a file may not hold infinities. */
const absentLogit = -1e4;

const plain = (name: string): string => name.normalize('NFKC').toLowerCase().replaceAll(/[\s_-]+/g, ' ').trim();

/**
 * Which of the model's outputs answers for each class of the project. Names are equal, or equal but for case, spaces and
 * dashes; others are told by `renamed`, from the model's name to the project's.
 * @returns the output's position for each class in class-set order; null for a class that the model does not know
 * @throws PerennialError MODEL_CLASSES_MISMATCH naming the outputs that are no class of the project
 */
export function rowsForClasses(modelNames: readonly string[], classes: readonly ProjectClass[], renamed: Readonly<Record<string, string>> = {}): (number | null)[] {
  const classOf = (name: string): ProjectClass | undefined => {
    const wanted = Object.hasOwn(renamed, name) ? (renamed[name] as string) : name;
    const alike = classes.filter((each) => plain(each.name) === plain(wanted));
    return classes.find((each) => each.name === wanted) ?? (alike.length === 1 ? alike[0] : undefined);
  };
  const found = modelNames.map(classOf);
  const unknown = modelNames.filter((_, at) => found[at] === undefined);
  if (unknown.length > 0) {
    throw new PerennialError('MODEL_CLASSES_MISMATCH', `The project has no class for ${unknown.slice(0, 5).join(', ')}${unknown.length > 5 ? ` and ${unknown.length - 5} more` : ''}; its classes are ${classes.slice(0, 20).map((each) => each.name).join(', ')}.`, { unknown: unknown.slice(0, 100) });
  }
  return classes.map((each) => {
    const rows = found.flatMap((one, at) => (one?.classId === each.classId ? [at] : []));
    if (rows.length > 1) throw new PerennialError('MODEL_CLASSES_MISMATCH', `Several outputs of the model are the class ${each.name}.`, { classId: each.classId });
    return rows[0] ?? null;
  });
}

/** A model's last layer as a head over all classes of the project, in class-set order. */
export function headOverClasses(layer: { readonly weights: Float32Array; readonly bias: Float32Array; readonly dimensions: number }, classes: readonly ProjectClass[], rowOf: readonly (number | null)[]): Head {
  const { dimensions } = layer;
  const weights = new Float32Array(classes.length * dimensions);
  const bias = new Float32Array(classes.length).fill(absentLogit);
  rowOf.forEach((row, at) => {
    if (row === null) return;
    weights.set(layer.weights.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions);
    bias[at] = layer.bias[row] as number;
  });
  return { classIds: classes.map((each) => each.classId), dimensions, weights, bias, temperature: 1, normalise: 'none', centroids: null };
}
