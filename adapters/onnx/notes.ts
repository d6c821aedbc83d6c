import { PerennialError } from '../../domain/errors.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';

/** Keys of the notes (`metadata_props`) that this product writes into a model. */
export const noteKeys = {
  preprocessing: 'perennial.preprocessing',
  classNames: 'perennial.classes',
  classIds: 'perennial.classIds',
  head: 'perennial.head',
  centroids: 'perennial.centroids',
  /** `logits` where a model from outside has nothing before its answers that could be retrained on. */
  embedding: 'perennial.embedding',
} as const;

const choices = {
  resizeMode: ['stretch', 'crop', 'letterbox'],
  kernel: ['linear', 'cubic', 'lanczos3', 'nearest'],
  colourOrder: ['rgb', 'bgr'],
  layout: ['nchw', 'nhwc'],
  type: ['float32', 'uint8'],
} as const;

function refuse(why: string, cause?: unknown): PerennialError {
  return new PerennialError('MODEL_FILE_INVALID', undefined, { why }, { cause });
}

/**
 * Parses JSON out of a note.
 * @throws PerennialError MODEL_FILE_INVALID
 */
export function parseNote(notes: ReadonlyMap<string, string>, key: string): unknown {
  const text = notes.get(key);
  if (text === undefined) throw refuse(`the model has no note ${key}`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refuse(`the note ${key} cannot be read`, cause);
  }
}

function isThreeNumbers(value: unknown): value is [number, number, number] {
  return Array.isArray(value) && value.length === 3 && value.every((each) => Number.isFinite(each));
}

/**
 * Holds a specification to its ranges: sides 1 to 4,096 px, crop share above 0 to 1, std above 0.
 * @throws PerennialError MODEL_FILE_INVALID
 */
export function checkPreprocessing(value: unknown): Preprocessing {
  const spec = value as Preprocessing | null;
  const sideIsFine = (side: unknown) => Number.isInteger(side) && Number(side) >= 1 && Number(side) <= 4096;
  const holds = typeof spec === 'object' && spec !== null
    && sideIsFine(spec.width) && sideIsFine(spec.height)
    && Object.entries(choices).every(([key, allowed]) => (allowed as readonly unknown[]).includes(spec[key as keyof typeof choices]))
    && spec.cropShare > 0 && spec.cropShare <= 1 && Number.isFinite(spec.scale) && spec.scale > 0
    && isThreeNumbers(spec.mean) && isThreeNumbers(spec.std) && spec.std.every((each) => each > 0);
  if (!holds) throw refuse('the preprocessing noted in the model does not hold together');
  const { width, height, resizeMode, kernel, cropShare, colourOrder, scale, mean, std, layout, type } = spec;
  return { width, height, resizeMode, kernel, cropShare, colourOrder, scale, mean, std, layout, type };
}
