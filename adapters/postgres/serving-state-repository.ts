import type { ModelVersion } from '../../domain/ports-models.ts';
import type { Database } from './connection.ts';

/** A process speaks about every second. */
const aliveMs = 5_000;

/** What each serving process says it runs: a projection of promotions, for whoever compares the two. */
export function createServingStateRepository(database: Database) {
  return {
    async report(processId: string, served: ReadonlyMap<string, ModelVersion>): Promise<void> {
      for (const [projectId, { id: modelVersionId }] of served) {
        const reported = { modelVersionId, reportedAt: new Date() };
        await database.servingState.upsert({ where: { processId_projectId: { processId, projectId } }, create: { processId, projectId, ...reported }, update: reported });
      }
    },
    /** Processes of the project that spoke lately and run something else; one that was killed goes quiet and is not waited for. */
    behind: (projectId: string, modelVersionId: string): Promise<number> =>
      database.servingState.count({ where: { projectId, modelVersionId: { not: modelVersionId }, reportedAt: { gt: new Date(Date.now() - aliveMs) } } }),
    /** A process that ends runs nothing. */
    async forget(processId: string): Promise<void> {
      await database.servingState.deleteMany({ where: { processId } });
    },
    cameraName: async (cameraId: string): Promise<string | null> => (await database.camera.findUnique({ where: { id: cameraId }, select: { name: true } }))?.name ?? null,
    check: async (): Promise<void> => { await database.$queryRaw`SELECT 1`; },
  };
}
export type ServingStateRepository = ReturnType<typeof createServingStateRepository>;
