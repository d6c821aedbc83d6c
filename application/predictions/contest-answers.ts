import { PerennialError } from '../../domain/errors.ts';
import type { Policy } from '../../domain/policy.ts';
import type { ServedModel, ServedProject } from '../../domain/ports-predictions.ts';
import type { ContestAnswer, ShadowNotes } from '../../domain/ports-shadow.ts';
import type { ModelVersion } from '../../domain/ports-models.ts';
import { answerOf } from '../../domain/head.ts';
import { servedClass } from '../../domain/served-answer.ts';
import type { Read } from './arrived.ts';
import type { ContestedImage } from './ask-both.ts';
import { type Figures, figuresOf } from './figures.ts';

/** Who answers an image, with what, and what is to be written down of the other once the answer is stored. */
export interface Answered {
  readonly version: ModelVersion;
  /** In the order of the probabilities. */
  readonly classIds: readonly number[];
  readonly figures: Figures;
  readonly purpose: 'champion' | 'canary' | 'elsewhere';
  readonly after: (predictionId: string) => void;
}

const nothing = (): void => undefined;

/** The answer to an image that arrived; null where nobody was asked. Of a challenger that fails, the champion's. */
export function answerTo(deps: { shadow: ShadowNotes }, project: ServedProject, model: ServedModel | null, { elsewhere, embedding, contested }: Read): Answered | null {
  const { policy: { costs } } = project;
  if (elsewhere !== null) return { ...elsewhere, classIds: project.classes.map(({ classId }) => classId), purpose: 'elsewhere', after: nothing };
  if (model === null) return null;
  const champion = (): Answered => ({ version: model.version, classIds: model.head.classIds, figures: figuresOf(model, embedding, costs), purpose: 'champion', after: nothing });
  if (contested === null) return champion();
  if (contested.answers === 'champion') {
    const answered = champion();
    return { ...answered, after: afterChampion(deps.shadow, contested, told(answered), costs) };
  }
  const { contest, otherEmbedding } = contested;
  try {
    const answer = sound(figuresOf(contest.other, otherEmbedding as Float32Array, costs));
    const given = { version: contest.other.version, classIds: contest.other.head.classIds, figures: answer, purpose: 'canary' as const };
    return { ...given, after: (predictionId) => { if (contested.compared) deps.shadow.compared({ contest, predictionId, given: told(given), unseen: answerBy(model, embedding, costs) }); } };
  } catch (error) {
    return { ...champion(), after: () => deps.shadow.failed(contest, error) };
  }
}

/** The other's answer, which nobody sees: of a head at once, of a backbone of its own when it has run. */
function afterChampion(shadow: ShadowNotes, { contest, compared, otherEmbedding, later, failure }: ContestedImage, given: ContestAnswer, costs: Policy['costs']): Answered['after'] {
  if (failure !== null) return () => shadow.failed(contest, failure);
  if (!compared) return nothing;
  const note = (predictionId: string, theirs: Float32Array): void => {
    try {
      shadow.compared({ contest, predictionId, given, unseen: answerBy(contest.other, theirs, costs) });
    } catch (error) {
      shadow.failed(contest, error);
    }
  };
  return (predictionId) => {
    if (otherEmbedding !== null) note(predictionId, otherEmbedding);
    else later?.().then((theirs) => note(predictionId, theirs), (error: unknown) => shadow.failed(contest, error));
  };
}

/** Class and its probability alone: what a comparison needs. @throws PerennialError MODEL_OUTPUT_NOT_FINITE, MODEL_OUTPUT_UNSUPPORTED */
function answerBy({ version, head }: ServedModel, embedding: Float32Array, costs: Policy['costs']): ContestAnswer {
  if (embedding.length !== head.dimensions) throw new PerennialError('MODEL_OUTPUT_UNSUPPORTED', 'The embedding has another length than the head takes.', { embedding: embedding.length, dimensions: head.dimensions });
  const { probabilities } = answerOf(head, embedding);
  const classId = servedClass(head.classIds, probabilities, costs);
  const probability = probabilities[head.classIds.indexOf(classId)] ?? Number.NaN;
  if (!Number.isFinite(probability)) throw new PerennialError('MODEL_OUTPUT_NOT_FINITE');
  return { modelVersionId: version.id, classId, probability: Math.min(1, probability) };
}

function sound(figures: Figures): Figures {
  if (!figures.probabilities.every(Number.isFinite)) throw new PerennialError('MODEL_OUTPUT_NOT_FINITE');
  return figures;
}

const told = ({ version, figures }: Pick<Answered, 'version' | 'figures'>): ContestAnswer => ({ modelVersionId: version.id, classId: figures.topClassId, probability: figures.confidence });
