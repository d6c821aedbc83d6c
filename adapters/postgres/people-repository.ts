import { createHash, randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { PerennialError } from '../../domain/errors.ts';
import { atLeast, type KeyRole, type Role, roles } from '../../domain/roles.ts';
import type { Prisma } from './client/client.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
const invitationMs = 15 * 60_000;

export interface FoundKey {
  readonly id: string;
  readonly name: string;
  readonly role: KeyRole;
  readonly projectId: string | null;
  readonly cameraId: string | null;
}

/** People, memberships, invitations and API keys. Secrets are stored as digests alone. */
export function createPeopleRepository(database: Database) {
  const history = (event: { projectId: string | null; actor: string; action: string; subject: string; before?: Prisma.InputJsonObject; after?: Prisma.InputJsonObject }, inside: DatabaseOrTransaction = database) =>
    inside.historyEvent.create({ data: { id: uuidv7(), ...event } });
  return {
    async keyBySecret(secret: string): Promise<FoundKey | null> {
      const row = await database.apiKey.findUnique({ where: { hash: hashOf(secret) } });
      return row === null || row.revokedAt !== null ? null : { id: row.id, name: row.name, role: row.role as KeyRole, projectId: row.projectId, cameraId: row.cameraId };
    },
    async roleOf(userId: string, projectId: string): Promise<Role | null> {
      const [row] = await database.$queryRaw<{ role: Role }[]>`
        SELECT m."role" FROM "Membership" m JOIN "User" u ON u."id" = m."userId" WHERE m."userId" = ${userId} AND m."projectId" = ${projectId}::uuid AND u."disabledAt" IS NULL`;
      return row?.role ?? null;
    },
    projectsOf: async (userId: string) => (await database.membership.findMany({ where: { userId }, include: { project: true } })).map(({ project, role }) => ({ id: project.id, slug: project.slug, name: project.name, role: role as Role })),
    people: async (projectId: string) => (await database.membership.findMany({ where: { projectId }, include: { user: true } })).map(({ user, role }) => ({ id: user.id, name: user.name, email: user.email, role: role as Role })),
    async createKey(key: { projectId: string | null; name: string; role: KeyRole; cameraName?: string; createdBy: string }): Promise<{ id: string; prefix: string; secret: string }> {
      const secret = `prn_${randomBytes(32).toString('base64url')}`;
      const id = uuidv7();
      let cameraId: string | null = null;
      if (key.cameraName !== undefined && key.projectId !== null) {
        const { projectId, cameraName: name } = key;
        await database.camera.createMany({ data: [{ id: uuidv7(), projectId, name }], skipDuplicates: true });
        cameraId = (await database.camera.findUniqueOrThrow({ where: { projectId_name: { projectId, name } } })).id;
      }
      await database.apiKey.create({ data: { id, projectId: key.projectId, cameraId, name: key.name, role: key.role, hash: hashOf(secret), prefix: secret.slice(0, 8), createdBy: key.createdBy } });
      await history({ projectId: key.projectId, actor: key.createdBy, action: 'key.created', subject: id, after: { name: key.name, role: key.role } });
      return { id, prefix: secret.slice(0, 8), secret };
    },
    async revokeKey(projectId: string, id: string, actor: string): Promise<void> {
      const { count } = await database.apiKey.updateMany({ where: { id, projectId, revokedAt: null }, data: { revokedAt: new Date() } });
      if (count === 0) throw new PerennialError('REQUEST_NOT_FOUND');
      await history({ projectId, actor, action: 'key.revoked', subject: id });
    },
    /** The token is told once; what is stored is its digest. */
    async invite(invitation: { projectId: string | null; email: string | null; role: Role; invitedBy: string | null }): Promise<{ token: string; expiresAt: Date }> {
      const token = randomBytes(24).toString('base64url');
      const expiresAt = new Date(Date.now() + invitationMs);
      const id = uuidv7();
      await database.invitation.create({ data: { id, tokenHash: hashOf(token), ...invitation, expiresAt } });
      await history({ projectId: invitation.projectId, actor: invitation.invitedBy ?? 'set-up', action: 'person.invited', subject: id, after: { role: invitation.role } });
      return { token, expiresAt };
    },
    invitation: (token: string) => database.invitation.findFirst({ where: { tokenHash: hashOf(token), usedAt: null, expiresAt: { gt: new Date() } } }),
    /** Takes an invitation once, by the database's word. @throws PerennialError AUTH_INVITATION_INVALID */
    async takeInvitation(token: string): Promise<{ id: string; projectId: string | null; role: Role; email: string | null }> {
      const [row] = await database.$queryRaw<{ id: string; projectId: string | null; role: Role; email: string | null }[]>`
        UPDATE "Invitation" SET "usedAt" = now() WHERE "tokenHash" = ${hashOf(token)} AND "usedAt" IS NULL AND "expiresAt" > now()
        RETURNING "id"::text, "projectId"::text, "role", "email"`;
      if (row === undefined) throw new PerennialError('AUTH_INVITATION_INVALID');
      return row;
    },
    /** After a refusal (the address is taken) the invitation still holds. */
    async giveBack(id: string): Promise<void> {
      await database.invitation.updateMany({ where: { id, usedBy: null }, data: { usedAt: null } });
    },
    /** One line of history a sign-in. */
    async signedIn(userId: string): Promise<void> {
      await history({ projectId: null, actor: userId, action: 'person.signed_in', subject: userId });
    },
    /** Makes a person a member; an invitation without a project is to every project there is. Who is one already gets the role where it is the higher one, and never loses by it. */
    async join(userId: string, invitation: { id: string; projectId: string | null; role: Role }): Promise<void> {
      const projectIds = invitation.projectId === null ? (await database.project.findMany({ select: { id: true } })).map(({ id }) => id) : [invitation.projectId];
      await database.membership.createMany({ data: projectIds.map((projectId) => ({ userId, projectId, role: invitation.role })), skipDuplicates: true });
      const lower = roles.filter((role) => !atLeast(role, invitation.role));
      await database.membership.updateMany({ where: { userId, projectId: { in: projectIds }, role: { in: lower } }, data: { role: invitation.role } });
      await database.invitation.update({ where: { id: invitation.id }, data: { usedBy: userId } });
      await history({ projectId: invitation.projectId, actor: userId, action: 'person.joined', subject: userId, after: { role: invitation.role } });
    },
    adminExists: async () => (await database.user.count()) > 0,
    async setRole(projectId: string, userId: string, role: Role, actor: string): Promise<void> {
      await database.$transaction(async (transaction) => {
        const before = await transaction.membership.findUnique({ where: { userId_projectId: { userId, projectId } } });
        if (before === null) throw new PerennialError('REQUEST_NOT_FOUND');
        await transaction.membership.update({ where: { userId_projectId: { userId, projectId } }, data: { role } });
        await history({ projectId, actor, action: 'person.role', subject: userId, before: { role: before.role }, after: { role } }, transaction);
      });
    },
    async removeMember(projectId: string, userId: string, actor: string): Promise<void> {
      await database.$transaction(async (transaction) => {
        const before = await transaction.membership.findUnique({ where: { userId_projectId: { userId, projectId } } });
        if (before === null) throw new PerennialError('REQUEST_NOT_FOUND');
        await transaction.membership.delete({ where: { userId_projectId: { userId, projectId } } });
        await history({ projectId, actor, action: 'person.removed', subject: userId, before: { role: before.role } }, transaction);
      });
    },
  };
}
export type PeopleRepository = ReturnType<typeof createPeopleRepository>;
