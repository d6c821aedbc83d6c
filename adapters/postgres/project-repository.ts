import { v7 as uuidv7 } from 'uuid';
import { PerennialError } from '../../domain/errors.ts';
import type { Policy } from '../../domain/policy.ts';
import { Prisma } from './client/client.ts';
import type { Database } from './connection.ts';

/** Projects, their classes and policies. Every change of a policy is a new version. */
export function createProjectRepository(database: Database) {
  return {
    async create(project: { slug: string; name: string; timeZone: string; classes: readonly string[]; policy: Policy; createdBy: string; ownerId: string | null }): Promise<string> {
      const id = uuidv7();
      const { slug, name, timeZone, createdBy, ownerId } = project;
      const classes = project.classes.map((each, classId) => ({ classId, name: each }));
      try {
        await database.$transaction([
          database.project.create({ data: { id, slug, name, timeZone } }),
          database.classSet.create({ data: { id: uuidv7(), projectId: id, version: 1, classes, createdBy } }),
          database.policyVersion.create({ data: { id: uuidv7(), projectId: id, version: 1, policy: project.policy as unknown as Prisma.InputJsonObject, createdBy } }),
          database.historyEvent.create({ data: { id: uuidv7(), projectId: id, actor: createdBy, action: 'project.created', subject: id } }),
          ...(ownerId === null ? [] : [database.membership.create({ data: { userId: ownerId, projectId: id, role: 'admin' } })]),
        ]);
      } catch (error) {
        if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') throw new PerennialError('PROJECT_EXISTS', undefined, { slug });
        throw error;
      }
      await adoptByFirstAdmins(database, id);
      return id;
    },
    async setPolicy(projectId: string, policy: Policy, createdBy: string): Promise<void> {
      const last = await database.policyVersion.findFirst({ where: { projectId }, orderBy: { version: 'desc' } });
      await database.policyVersion.create({ data: { id: uuidv7(), projectId, version: (last?.version ?? 0) + 1, policy: policy as unknown as Prisma.InputJsonObject, createdBy } });
      await database.historyEvent.create({ data: { id: uuidv7(), projectId, actor: createdBy, action: 'policy.changed', subject: projectId, before: last?.policy as Prisma.InputJsonObject, after: policy as unknown as Prisma.InputJsonObject } });
    },
    async counts(projectId: string) {
      const [images, predictions, labels, waitingItems, openItems, policy] = await Promise.all([
        database.image.count({ where: { projectId } }), database.prediction.count({ where: { projectId } }), database.label.count({ where: { projectId, kind: 'class' } }),
        database.reviewItem.count({ where: { projectId, state: 'waiting', standsFor: null } }), database.reviewItem.count({ where: { projectId, state: 'open' } }),
        database.policyVersion.findFirst({ where: { projectId }, orderBy: { version: 'desc' }, select: { version: true } }),
      ]);
      return { images, predictions, labels, waitingItems, openItems, policyVersion: policy?.version ?? 0 };
    },
    all: () => database.project.findMany({ orderBy: { createdAt: 'asc' }, select: { id: true, slug: true, name: true, timeZone: true } }),
    bySlug: (slug: string) => database.project.findUnique({ where: { slug }, select: { id: true, slug: true, name: true, timeZone: true } }),
  };
}
export type ProjectRepository = ReturnType<typeof createProjectRepository>;

/** Whoever was invited to every project is admin of those made later, too; an admin of one project is not. */
async function adoptByFirstAdmins(database: Database, projectId: string): Promise<void> {
  const invited = await database.invitation.findMany({ where: { projectId: null, role: 'admin', usedBy: { not: null } }, select: { usedBy: true } });
  const userIds = new Set(invited.flatMap(({ usedBy }) => usedBy ?? []));
  const still = await database.user.findMany({ where: { id: { in: [...userIds] }, disabledAt: null }, select: { id: true } });
  await database.membership.createMany({ data: still.map(({ id: userId }) => ({ userId, projectId, role: 'admin' })), skipDuplicates: true });
}
