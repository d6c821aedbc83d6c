import type { ModelVersion } from '../../domain/ports-models.ts';
import type { Database } from './connection.ts';

/** A process speaks about every second. */
const aliveMs = 5_000;

/** What each serving process says it runs: a projection of promotions, for whoever compares the two. */
export function createServingStateRepository(database: Database) {
  return {
    /** @param followed steps of challenges of which both models are loaded, by project */
    async report(processId: string, served: ReadonlyMap<string, ModelVersion>, followed: ReadonlyMap<string, { challengeId: string; sequence: number }> = new Map()): Promise<void> {
      const [projectIds, versionIds] = [[...served.keys()], [...served.values()].map(({ id }) => id)];
      const steps = projectIds.map((id) => followed.get(id) ?? null);
      // Twice a second for as long as the process lives: one statement, however many projects there are.
      await database.$executeRaw`
        INSERT INTO "ServingState" ("processId", "projectId", "modelVersionId", "challengeId", "challengeSequence", "reportedAt")
        SELECT ${processId}::uuid, s.project, s.version, s.challenge, s.step, ${new Date()}::timestamptz AT TIME ZONE 'UTC'
        FROM unnest(${projectIds}::uuid[], ${versionIds}::uuid[], ${steps.map((step) => step?.challengeId ?? null)}::uuid[], ${steps.map((step) => step?.sequence ?? null)}::int[]) AS s(project, version, challenge, step)
        ON CONFLICT ("processId", "projectId") DO UPDATE SET "modelVersionId" = EXCLUDED."modelVersionId", "challengeId" = EXCLUDED."challengeId",
          "challengeSequence" = EXCLUDED."challengeSequence", "reportedAt" = EXCLUDED."reportedAt"`;
    },
    /** Processes of the project that spoke lately and run something else; one that was killed goes quiet and is not waited for. */
    behind: (projectId: string, modelVersionId: string): Promise<number> =>
      database.servingState.count({ where: { projectId, modelVersionId: { not: modelVersionId }, reportedAt: { gt: new Date(Date.now() - aliveMs) } } }),
    /** Processes of the project that spoke lately, and those that follow a step of a challenge; null: that follow none. */
    async following(projectId: string, step: { challengeId: string; sequence: number } | null): Promise<{ alive: number; following: number }> {
      const rows = await database.servingState.findMany({ where: { projectId, reportedAt: { gt: new Date(Date.now() - aliveMs) } }, select: { challengeId: true, challengeSequence: true } });
      return { alive: rows.length, following: rows.filter((row) => row.challengeId === (step?.challengeId ?? null) && row.challengeSequence === (step?.sequence ?? null)).length };
    },
    /** A process that ends runs nothing. */
    async forget(processId: string): Promise<void> {
      await database.servingState.deleteMany({ where: { processId } });
    },
    cameraName: async (cameraId: string): Promise<string | null> => (await database.camera.findUnique({ where: { id: cameraId }, select: { name: true } }))?.name ?? null,
    check: async (): Promise<void> => { await database.$queryRaw`SELECT 1`; },
  };
}
export type ServingStateRepository = ReturnType<typeof createServingStateRepository>;
