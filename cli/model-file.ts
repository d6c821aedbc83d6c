import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
// The one file of the command line that looks into a model: weights beside it go inside before it is sent, for the server
// opens nothing but what it was sent, and what the file says of itself is not asked for.
import { externalDataFile, inlineExternalData } from '../adapters/onnx/external-data.ts';
import { inspectModel } from '../adapters/onnx/inspect-model.ts';
import { isPerennialError } from '../domain/errors.ts';
import { CommandFailed, UsageError } from './failures.ts';
import { readBytes } from './image-files.ts';

/** What need not be asked, because the file says it. */
export interface ModelFacts {
  /** The model takes bytes as they are: no range, mean or standard deviation to tell. */
  readonly takesBytes: boolean;
  /** The file leaves its input size open. */
  readonly sizeIsFree: boolean;
  /** How many classes its outputs may hold, where it says. */
  readonly classCounts: readonly number[];
}

/** Null where the file cannot be read here; the server then says what is wrong with it. */
export type ReadModel = { readonly bytes: Uint8Array<ArrayBuffer>; readonly inlined: string | null; readonly facts: ModelFacts | null };

/**
 * Reads a model file, and takes the weights of the `.data` file beside it into it. Nothing outside its own folder is opened.
 * @throws UsageError when a file is not there, CommandFailed when the two do not belong together
 */
export async function readModelFile(path: string): Promise<ReadModel> {
  if (!(await stat(path).then((found) => found.isFile(), () => false))) throw new UsageError(`There is no file ${path}.`);
  const bytes = await readBytes(path);
  const beside = placeBeside(bytes);
  if (beside === null) return { bytes, inlined: null, facts: factsOf(bytes) };
  if (beside === '' || beside !== basename(beside)) throw new CommandFailed(`${basename(path)} keeps weights at ${beside}, which is not a file beside it. Save it with its weights inside, or with one .data file beside it.`);
  const data = await readBytes(join(dirname(path), beside)).catch(() => { throw new UsageError(`${basename(path)} keeps weights in ${beside}, which is not beside it.`); });
  const whole = new Uint8Array(inline(bytes, data));
  return { bytes: whole, inlined: beside, facts: factsOf(whole) };
}

function placeBeside(bytes: Uint8Array): string | null {
  try {
    return externalDataFile(bytes);
  } catch {
    return null;
  }
}

function inline(bytes: Uint8Array, data: Uint8Array): Uint8Array {
  try {
    return inlineExternalData(bytes, data);
  } catch (error) {
    throw isPerennialError(error) ? new CommandFailed(`${error.code}: ${error.message}`) : error;
  }
}

function factsOf(bytes: Uint8Array): ModelFacts | null {
  try {
    const { input, classOutputs } = inspectModel(bytes);
    const sizes = input.shape?.[1] === 3 ? input.shape.slice(2) : (input.shape?.slice(1, 3) ?? []);
    return {
      takesBytes: input.type === 'uint8', sizeIsFree: sizes.some((size) => typeof size !== 'number'),
      classCounts: classOutputs.flatMap(({ shape }) => (typeof shape?.[1] === 'number' ? [shape[1]] : [])),
    };
  } catch {
    return null;
  }
}
