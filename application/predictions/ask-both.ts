import type { ImageReader, Random } from '../../domain/ports.ts';
import { canonicalPreprocessing } from '../../domain/preprocessing.ts';
import type { ModelPool, ServedModel } from '../../domain/ports-predictions.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { Contest, ShadowNotes } from '../../domain/ports-shadow.ts';
import { type Arm, armOf } from '../../domain/shadow.ts';

/** An image's arm, with what the other model needs of it. */
export interface ContestedImage extends Arm {
  readonly contest: Contest;
  /** What the other's head is asked with; null where it is not known yet, or could not be had. */
  readonly otherEmbedding: Float32Array | null;
  /** Runs the other's own backbone once the answer is stored. */
  readonly later: (() => Promise<Float32Array>) | null;
  /** Why the other gave no embedding though it was to answer. */
  readonly failure: unknown;
}

export interface AskBothDependencies {
  readonly pool: Pick<ModelPool, 'embed'>;
  readonly images: Pick<ImageReader, 'modelInput'>;
  readonly random: Random;
  readonly shadow: Pick<ShadowNotes, 'enter'>;
  /** Longest that an answer of the challenger is waited for, in ms; then the champion's is given. */
  readonly canaryMsMax: number;
}

interface Sent {
  readonly bytes: Uint8Array;
  readonly input: Float32Array;
  /** Camera name, else the hash of the image. */
  readonly camera: string;
  readonly day: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Embeds an image for the champion and, where a route says so, for the other model: a head on the same backbone takes the
 * champion's embedding; a backbone of its own runs beside the champion's where it is to answer, else after the answer. The
 * champion is always asked: its answer is there whatever becomes of the other.
 */
export async function askBoth(deps: AskBothDependencies, backbone: ServedModel['backbone'], contest: Contest | null, sent: Sent): Promise<{ embedding: Float32Array; contested: ContestedImage | null }> {
  const { input, signal } = sent;
  const champion = async (): Promise<Float32Array> => (await deps.pool.embed(backbone, input, signal)).embedding;
  const arm = contest === null ? null : armOf(contest, sent, deps.random);
  if (contest === null || arm === null || (arm.answers === 'champion' && !arm.compared)) return { embedding: await champion(), contested: null };
  const base = { contest, ...arm, later: null, failure: null };
  if (contest.other.backbone === backbone) {
    const embedding = await champion();
    return { embedding, contested: { ...base, otherEmbedding: embedding } };
  }
  const other = ownRun(deps, backbone, contest.other.backbone, sent);
  if (arm.answers === 'champion') return { embedding: await champion(), contested: { ...base, otherEmbedding: null, later: () => insideRoom(deps.shadow, other) } };
  const theirs = within(other(), deps.canaryMsMax).then((embedding) => ({ embedding, failure: null }), (failure: unknown) => ({ embedding: null, failure }));
  const embedding = await champion();
  const { embedding: otherEmbedding, failure } = await theirs;
  return { embedding, contested: { ...base, otherEmbedding, failure, answers: otherEmbedding === null ? 'champion' : 'other' } };
}

/** Copied now: the champion's run gives its memory to the next image. */
function ownRun(deps: AskBothDependencies, first: ServedModel['backbone'], second: ServedModel['backbone'], { bytes, input }: Sent): () => Promise<Float32Array> {
  const alike = canonicalPreprocessing(first.preprocessing) === canonicalPreprocessing(second.preprocessing);
  const copy = alike ? input.slice() : null;
  return async () => (await deps.pool.embed(second, copy ?? await deps.images.modelInput(bytes, second.preprocessing))).embedding;
}

async function insideRoom(shadow: Pick<ShadowNotes, 'enter'>, run: () => Promise<Float32Array>): Promise<Float32Array> {
  const leave = shadow.enter();
  if (leave === null) throw new PerennialError('SERVING_OVERLOADED');
  return run().finally(leave);
}

function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new PerennialError('SERVING_DEADLINE_PASSED', `The challenger did not answer within ${ms} ms.`)), ms);
  work.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}
