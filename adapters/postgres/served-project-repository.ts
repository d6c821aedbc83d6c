import { PerennialError } from '../../domain/errors.ts';
import { type Policy, policyFrom } from '../../domain/policy.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import type { ServedProject } from '../../domain/ports-predictions.ts';
import type { Database } from './connection.ts';

/** Project, classes and policy as they stand: what serving and training read. */
export function createServedProjectRepository(database: Database) {
  async function tell(project: { id: string; slug: string; timeZone: string } | null): Promise<ServedProject & { classSetId: string; name: string }> {
    if (project === null) throw new PerennialError('PROJECT_NOT_FOUND');
    const [classSet, policy] = await Promise.all([
      database.classSet.findFirst({ where: { projectId: project.id }, orderBy: { version: 'desc' } }),
      database.policyVersion.findFirst({ where: { projectId: project.id }, orderBy: { version: 'desc' } }),
    ]);
    if (classSet === null || policy === null) throw new PerennialError('PROJECT_NOT_FOUND');
    const { id, slug, timeZone } = project;
    return {
      id, slug, timeZone, name: 'name' in project ? String(project.name) : slug, classSetId: classSet.id, classes: (classSet.classes as unknown as ProjectClass[]).map(({ classId, name }) => ({ classId, name })),
      policy: policyFrom(policy.policy as unknown as Policy), policyVersionId: policy.id,
    };
  }
  return {
    bySlug: async (slug: string) => tell(await database.project.findUnique({ where: { slug } })),
    byId: async (id: string) => tell(await database.project.findUnique({ where: { id } })),
    all: async () => database.project.findMany({ select: { id: true, slug: true, timeZone: true } }),
  };
}
export type ServedProjectRepository = ReturnType<typeof createServedProjectRepository>;
