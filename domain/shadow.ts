import { canaryArm, type Route } from './challenge.ts';
import { isPerennialError, PerennialError } from './errors.ts';
import type { Contest, ContestAnswer } from './ports-shadow.ts';
import type { ServedModel } from './ports-predictions.ts';
import type { Head } from './ports.ts';

/** Which of the two models answers an image, and whether the one that does not is asked as well. */
export interface Arm {
  readonly answers: 'champion' | 'other';
  readonly compared: boolean;
}

/**
 * The arm of one image. Before the promotion the other is the challenger and answers its share of the camera-days; in the
 * bake it is the champion before, and answers nobody. A drill is never seen.
 * @param image camera name, else the hash of the image; day as YYYY-MM-DD
 */
export function armOf({ projectId, route, champion }: Pick<Contest, 'projectId' | 'route'> & { champion: Pick<ServedModel, 'version'> }, image: { readonly camera: string; readonly day: string }, random: () => number): Arm {
  const challenged = route.kind === 'road' && champion.version.id === route.championId;
  const answers = challenged && canaryArm(projectId, route.challengeId, image.camera, image.day, route.canaryPercent) === 'challenger' ? 'other' as const : 'champion' as const;
  return { answers, compared: random() < route.shadowPercent / 100 };
}

/** Who is compared with a champion on a route; null where the champion is neither of the two. */
export function otherThan(championId: string, { challengerId, championId: measured }: Route): string | null {
  if (championId === measured) return challengerId;
  return championId === challengerId ? measured : null;
}

/** The least share of agreements that is kept. */
const keptMin = 0.005;
/** What a wholly unsure agreement is kept with beyond that. */
const keptUnsure = 0.045;

/**
 * With which probability a pair of answers is kept: 1 where they differ; else a few, the more the less sure the surer of
 * the two is, for that is where agreeing may mean that both are wrong.
 */
export function inclusionOf(given: ContestAnswer, unseen: ContestAnswer): number {
  if (given.classId !== unseen.classId) return 1;
  return keptMin + keptUnsure * (1 - Math.min(1, Math.max(given.probability, unseen.probability)));
}

/** Its files are gone or damaged, or what ran it ended. */
const otherFaults: ReadonlySet<string> = new Set(['SERVING_NOT_READY', 'STORE_OBJECT_NOT_FOUND', 'STORE_DAMAGED']);

/** What is wrong with a model itself, and not with the moment: one is enough to end its challenge. */
export function isModelFault(error: unknown): boolean {
  if (!isPerennialError(error)) return true;
  return (error.code.startsWith('MODEL_') && error.code !== 'MODEL_VERSION_NOT_FOUND') || otherFaults.has(error.code);
}

/** @throws PerennialError MODEL_OUTPUT_UNSUPPORTED where a head's parts do not fit each other, MODEL_OUTPUT_NOT_FINITE where it holds what is no number */
export function checkHead(head: Head): void {
  const classes = head.classIds.length;
  if (head.weights.length !== classes * head.dimensions || head.bias.length !== classes || classes < 2) {
    throw new PerennialError('MODEL_OUTPUT_UNSUPPORTED', 'The head’s parts do not fit each other.', { dimensions: head.dimensions, classes });
  }
  const sum = head.weights.reduce((total, value) => total + value, 0) + head.bias.reduce((total, value) => total + value, 0);
  if (!Number.isFinite(sum) || !(head.temperature > 0)) throw new PerennialError('MODEL_OUTPUT_NOT_FINITE', 'The head holds values that are not numbers.');
}

/** @throws PerennialError as `checkHead`, and MODEL_OUTPUT_UNSUPPORTED where head and backbone do not fit */
export function checkServable({ head, backbone }: Pick<ServedModel, 'head' | 'backbone'>): void {
  checkHead(head);
  if (head.dimensions !== backbone.dimensions) {
    throw new PerennialError('MODEL_OUTPUT_UNSUPPORTED', 'The head does not fit the embedding.', { dimensions: head.dimensions, embedding: backbone.dimensions });
  }
}
