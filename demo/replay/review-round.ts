import { v7 as uuidV7 } from 'uuid';
import type { ProjectApi } from '../../cli/api.ts';
import { Refusal } from '../../cli/failures.ts';
import { inFlight } from '../../cli/in-flight.ts';

const CLAIM = 20;
const IN_FLIGHT = 2;
/** Someone else had it, or the round closed: nothing is lost, the item is simply not ours. */
const GONE = new Set(['REVIEW_LEASE_EXPIRED', 'REVIEW_ITEM_SETTLED', 'REVIEW_ITEM_NOT_FOUND']);

export interface AnnotatorDeps {
  /** Signed in as an annotator: sees what a person sees, and no more. */
  readonly api: Pick<ProjectApi, 'claim' | 'annotate'>;
  /** The truth, which never leaves the replay; undefined for an image that it did not send. */
  readonly truthOf: (imageId: string) => number | undefined;
  /** In [0, 1), the same for the same text. */
  readonly draw: (text: string) => number;
  readonly errorRate: number;
  readonly classes: number;
}

/**
 * The simulated annotator: takes items and answers them until there are none.
 * @param itemsMax the loop ends at the latest after that many claims
 * @returns ids of the images that were answered
 */
export async function answerEverything(deps: AnnotatorDeps, itemsMax: number): Promise<Set<string>> {
  const answered = new Set<string>();
  const tried = new Set<string>();
  for (let claims = 0; claims <= itemsMax; claims += 1) {
    const { items } = await deps.api.claim({ count: CLAIM });
    const fresh = items.filter((item) => !tried.has(`${item.id} ${item.fence}`));
    if (fresh.length === 0) break;
    await inFlight(fresh, IN_FLIGHT, async (item) => {
      tried.add(`${item.id} ${item.fence}`);
      const truth = deps.truthOf(item.imageId);
      const answer = truth === undefined ? ({ kind: 'unsure' } as const) : ({ kind: 'class', classId: answerFor(deps, item.imageId, truth) } as const);
      try {
        await deps.api.annotate(item.id, { key: uuidV7(), fence: item.fence, leadTimeMs: 1500, ...answer });
        answered.add(item.imageId);
      } catch (error) {
        if (!(error instanceof Refusal && GONE.has(error.code))) throw error;
      }
    });
  }
  return answered;
}

/** The truth, or now and then another class, each equally likely. */
export function answerFor({ draw, errorRate, classes }: Pick<AnnotatorDeps, 'draw' | 'errorRate' | 'classes'>, imageId: string, truth: number): number {
  if (draw(`error ${imageId}`) >= errorRate || classes < 2) return truth;
  return (truth + 1 + Math.floor(draw(`which ${imageId}`) * (classes - 1))) % classes;
}
