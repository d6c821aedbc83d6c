import type { z } from 'zod';
import type { camerasSchema } from '../../contracts/cameras.ts';
import { shareRight } from '../../domain/holdout-report.ts';
import type { CameraReader } from '../../domain/ports-cameras.ts';

/** Each camera with its accuracy on the audit sample; the interval rests on what images of bursts are worth. */
export async function showCameras({ cameras }: { readonly cameras: CameraReader }, projectId: string, weeks: number): Promise<z.input<typeof camerasSchema>> {
  const found = await cameras.figures(projectId, weeks);
  return {
    items: found.map(({ audited, lastAt, weeks: byWeek, ...camera }) => ({
      ...camera, lastAt: lastAt?.toISOString() ?? null, weeks: [...byWeek], audited: shareRight(audited.map(({ group, right }) => ({ group, truth: 1, answer: right ? 1 : 0 }))),
    })),
  };
}
