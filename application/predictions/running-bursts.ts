import { burstKeyOf } from '../../domain/flagging.ts';
import type { PredictionRecords, ServedProject } from '../../domain/ports-predictions.ts';
import { capturedAtOf, type Read } from './arrived.ts';

interface Before { readonly burstKey: string; readonly capturedAt: Date }

/** The bursts that images of a group belong to. */
export interface RunningBursts {
  /** Asked once for each image, in the order of the group: the next may belong to the same burst. */
  keyOf(each: Read): string | null;
}

/**
 * Looks up, in one question for the whole group, the image that came before each one from its camera; those of the group
 * itself count as well, the nearest in time first.
 */
export async function runningBursts(deps: { records: Pick<PredictionRecords, 'previousOf'> }, project: ServedProject, group: readonly Read[]): Promise<RunningBursts> {
  const { burstSeconds } = project.policy.flagging;
  const moments = group.flatMap((each) => {
    const [camera, at] = [each.about.camera, capturedAtOf(each, project)];
    return camera === undefined || at === null || each.about.burst !== undefined || burstSeconds === 0 ? [] : [{ each, camera, at }];
  });
  const stored = moments.length === 0 ? [] : await deps.records.previousOf(project.id, moments, burstSeconds);
  const storedOf = new Map(moments.map(({ each }, index) => [each, stored[index] ?? null]));
  const ofGroup = new Map<string, Before[]>();
  return {
    keyOf(each) {
      const [camera, capturedAt] = [each.about.camera ?? null, capturedAtOf(each, project)];
      const earlier = ofGroup.get(camera ?? '') ?? [];
      const candidates = [storedOf.get(each) ?? [], earlier].flat();
      const gap = (before: Before): number => Math.abs(before.capturedAt.getTime() - (capturedAt?.getTime() ?? 0));
      const previous = candidates.reduce<Before | null>((best, next) => (best === null || gap(next) < gap(best) ? next : best), null);
      const burstKey = burstKeyOf({ camera, burst: each.about.burst ?? null, capturedAt }, capturedAt === null ? null : previous, burstSeconds);
      if (camera !== null && capturedAt !== null && burstKey !== null) {
        earlier.push({ burstKey, capturedAt });
        ofGroup.set(camera, earlier);
      }
      return burstKey;
    },
  };
}
