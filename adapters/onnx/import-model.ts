import { isPerennialError } from '../../domain/errors.ts';
import type { ImportSpecification } from '../../domain/model-import.ts';
import { adaptModel } from './adapt-model.ts';
import type { AdaptOptions, AdaptedModel } from './adapt-model.ts';
import { defaultModelLimits } from './inspect-model.ts';
import { defaultChildLimits, readModelInChild, tryModelInChild } from './loading-child.ts';
import type { ChildLimits, ChildReport } from './loading-child.ts';
import { weightsDigest } from './weights-digest.ts';

/** A model from outside that loaded, ran and answered within its limits. */
export interface ImportedModel extends AdaptedModel {
  readonly weightsDigest: string;
  readonly report: ChildReport;
  /** What was found and done, in sentences for the person who imports. */
  readonly remarks: readonly string[];
}

/** From the most useful form to the plainest; the first that a trial bears out is taken. */
const attempts: readonly AdaptOptions[] = [
  { batch: 'rewrite', features: 'find' }, { batch: 'keep', features: 'find' },
  { batch: 'rewrite', features: 'none' }, { batch: 'keep', features: 'none' },
];

/** Refusals that another form of the same model may not meet: it did not run, or an output had another shape. */
function mayHelp(error: unknown): boolean {
  return isPerennialError(error) && (error.code === 'MODEL_LOAD_FAILED' || error.code === 'MODEL_OUTPUT_UNSUPPORTED');
}

function remarksOn(model: AdaptedModel): string[] {
  const remarks: Record<string, string | false> = {
    features: model.embedding === 'logits' && 'No linear last layer was found, so there are no features before the answers to retrain on.',
    map: !model.hasFeatureMap && 'There is no feature map before pooling: no activation map can be shown.',
    softmax: model.logits === 'softmax_undone' && 'The softmax at the end was taken off; probabilities are made after calibration.',
    logarithm: model.logits === 'logarithm' && 'The outputs are probabilities: their logarithms are used as logits.',
    rewritten: model.batch === 'rewritten' && 'The batch was fixed to one image and is free now; a batch of two gave the same answers.',
    one: model.batch === 'one' && 'The batch is fixed to one image: images are run one at a time.',
  };
  return Object.values(remarks).filter((each) => each !== false);
}

async function tryAttempts(bytes: Uint8Array, spec: ImportSpecification, limits: ChildLimits, endsAt: number): Promise<ImportedModel> {
  const secondsLeft = () => (endsAt - performance.now()) / 1000;
  const tried = new Set<string>();
  let first: unknown;
  for (const options of attempts) {
    const model = adaptModel(bytes, spec, options);
    // A model with a free batch, or without a linear layer, comes out the same from several attempts.
    const form = `${model.batch} ${model.embedding}`;
    if (tried.has(form)) continue;
    tried.add(form);
    try {
      const report = await tryModelInChild(model.bytes, model.preprocessing, spec.classNames.length, { ...limits, secondsMax: Math.max(0.1, secondsLeft()) });
      if (report.looksLikeProbabilities && spec.answers === undefined && model.logits === 'as_they_are') {
        return await tryAttempts(bytes, { ...spec, answers: 'probabilities' }, limits, endsAt);
      }
      return { ...model, weightsDigest: weightsDigest(model.bytes), report, remarks: remarksOn(model) };
    } catch (error) {
      first ??= error;
      if (!mayHelp(error) || secondsLeft() <= 0.5) break;
    }
  }
  throw first;
}

/**
 * Takes a model in that was made elsewhere: reads it in a child process, adapts it, and tries it in another.
 * @param limits time for everything together, and memory of each child
 * @throws PerennialError any code that starts with MODEL_
 */
export async function importModel(bytes: Uint8Array, spec: ImportSpecification, limits: ChildLimits = defaultChildLimits): Promise<ImportedModel> {
  const endsAt = performance.now() + limits.secondsMax * 1000;
  await readModelInChild(bytes, defaultModelLimits, limits);
  return tryAttempts(bytes, spec, limits, endsAt);
}
