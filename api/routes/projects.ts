import { z } from 'zod';
import { pageOf } from '../../contracts/common.ts';
import { acceptInvitationSchema, apiKeyBodySchema, apiKeyReplySchema, createProjectSchema, invitationBodySchema, invitationReplySchema, joinInvitationSchema, meSchema, policySchema, projectSchema } from '../../contracts/projects.ts';
import { unknownInPolicy } from '../../domain/class-changes.ts';
import { PerennialError } from '../../domain/errors.ts';
import { defaultPolicy, type Policy } from '../../domain/policy.ts';
import type { ModelRecords } from '../../domain/ports-models.ts';
import type { ServedProject } from '../../domain/ports-predictions.ts';
import { type KeyRole, type Role, roles } from '../../domain/roles.ts';
import type { Caller } from '../access.ts';
import { type Route, type RouteContext, route } from '../route.ts';

export interface ProjectRoutesDependencies {
  readonly projects: {
    create(project: { slug: string; name: string; timeZone: string; classes: readonly string[]; policy: Policy; createdBy: string; ownerId: string | null }): Promise<string>;
    setPolicy(projectId: string, policy: Policy, createdBy: string): Promise<void>;
    counts(projectId: string): Promise<{ images: number; predictions: number; labels: number; waitingItems: number; openItems: number; policyVersion: number }>;
    all(): Promise<readonly { id: string; slug: string; name: string }[]>;
  };
  readonly people: {
    projectsOf(userId: string): Promise<readonly { id: string; slug: string; name: string; role: Role }[]>;
    people(projectId: string): Promise<readonly { id: string; name: string; email: string; role: Role }[]>;
    createKey(key: { projectId: string | null; name: string; role: KeyRole; cameraName?: string; createdBy: string }): Promise<{ id: string; prefix: string; secret: string }>;
    revokeKey(projectId: string, id: string, actor: string): Promise<void>;
    invite(invitation: { projectId: string | null; email: string | null; role: Role; invitedBy: string | null }): Promise<{ token: string; expiresAt: Date }>;
    invitation(token: string): Promise<{ role: string; email: string | null } | null>;
    takeInvitation(token: string): Promise<{ id: string; projectId: string | null; role: Role; email: string | null }>;
    giveBack(id: string): Promise<void>;
    join(userId: string, invitation: { id: string; projectId: string | null; role: Role }): Promise<void>;
    setRole(projectId: string, userId: string, role: Role, actor: string): Promise<void>;
    removeMember(projectId: string, userId: string, actor: string): Promise<void>;
  };
  readonly createPerson: (person: { name: string; email: string; password: string }) => Promise<string>;
  readonly projectById: (id: string) => Promise<ServedProject & { name: string }>;
  readonly champion: ModelRecords['champion'];
  readonly publicUrl: string;
}

const one = '/v1/projects/{project}';
const projectParams = z.strictObject({ project: z.string() });
const okSchema = z.strictObject({ outcome: z.literal('done') });
const done = { outcome: 'done' as const };
const callerOf = (context: object): Caller | null => (context as { caller: Caller | null }).caller;

/** Routes of projects, policies, people, invitations and keys. */
export function createProjectRoutes(deps: ProjectRoutesDependencies): Route[] {
  const tell = async (id: string, myRole: KeyRole) => {
    const [project, counts, champion] = await Promise.all([deps.projectById(id), deps.projects.counts(id), deps.champion(id)]);
    const { policyVersion, ...rest } = counts;
    return {
      id, slug: project.slug, name: project.name, timeZone: project.timeZone, classes: [...project.classes], policy: policySchema.parse(project.policy), policyVersion, counts: rest,
      champion: champion === null ? null : { id: champion.id, number: champion.number, kind: champion.kind }, myRole,
    };
  };
  return [
    route({
      method: 'get', path: '/v1/me', access: 'signed-in', summary: 'Who I am, and where', reply: meSchema,
      handle: async (context) => {
        const caller = callerOf(context);
        if (caller === null) throw new PerennialError('AUTH_REQUIRED');
        if (caller.kind === 'person') return { kind: 'person' as const, id: caller.id, name: caller.name, email: caller.email, projects: [...(await deps.people.projectsOf(caller.id))] };
        const projects = (await deps.projects.all()).filter((each) => caller.projectId === null || each.id === caller.projectId);
        return { kind: 'key' as const, id: caller.id, name: caller.name, email: null, projects: projects.map(({ id, slug, name }) => ({ id, slug, name, role: caller.role })) };
      },
    }),
    route({
      method: 'post', path: '/v1/projects', access: 'signed-in', summary: 'Create a project', body: createProjectSchema, reply: projectSchema, status: 201,
      handle: async (context) => {
        const { body } = context;
        const ownerId = await creatorOf(deps, context);
        if (new Set(body.classes).size !== body.classes.length) throw new PerennialError('REQUEST_INVALID', 'A class name stands twice.');
        const id = await deps.projects.create({ ...body, policy: checkPolicy(body.policy ?? defaultPolicy, body.classes.map((_, classId) => classId)), createdBy: context.actor.id, ownerId });
        return tell(id, 'admin');
      },
    }),
    route({ method: 'get', path: one, access: 'annotator', summary: 'A project and its figures', params: projectParams, reply: projectSchema, handle: ({ project, actor }) => tell(project.id, actor.role) }),
    route({
      method: 'get', path: `${one}/policy`, access: 'annotator', summary: 'What the project wants', params: projectParams, reply: policySchema,
      handle: async ({ project }) => policySchema.parse((await deps.projectById(project.id)).policy),
    }),
    route({
      method: 'put', path: `${one}/policy`, access: 'engineer', summary: 'Change what the project wants', params: projectParams, body: policySchema, reply: okSchema,
      handle: async ({ project, body, actor }) => {
        await deps.projects.setPolicy(project.id, checkPolicy(body, (await deps.projectById(project.id)).classes.map((each) => each.classId)), actor.id);
        return done;
      },
    }),
    route({
      method: 'get', path: `${one}/people`, access: 'engineer', summary: 'Who works here', params: projectParams,
      reply: pageOf(z.strictObject({ id: z.string(), name: z.string(), email: z.string(), role: z.enum(roles) })), handle: async ({ project }) => ({ items: [...(await deps.people.people(project.id))], next: null }),
    }),
    route({
      method: 'patch', path: `${one}/people/{person}`, access: 'admin', summary: 'Change a role', params: z.strictObject({ project: z.string(), person: z.string() }), body: z.strictObject({ role: z.enum(roles) }), reply: okSchema,
      handle: async ({ project, params, body, actor }) => { await deps.people.setRole(project.id, params.person, body.role, actor.id); return done; },
    }),
    route({
      method: 'delete', path: `${one}/people/{person}`, access: 'admin', summary: 'Take someone out of the project', params: z.strictObject({ project: z.string(), person: z.string() }), reply: okSchema,
      handle: async ({ project, params, actor }) => { await deps.people.removeMember(project.id, params.person, actor.id); return done; },
    }),
    route({
      method: 'post', path: `${one}/invitations`, access: 'admin', summary: 'Invite someone, once, for 15 minutes', params: projectParams, body: invitationBodySchema, reply: invitationReplySchema, status: 201,
      handle: async ({ project, body, actor }) => {
        const { token, expiresAt } = await deps.people.invite({ projectId: project.id, email: body.email ?? null, role: body.role, invitedBy: actor.id });
        return { url: `${deps.publicUrl}/invite/${token}`, expiresAt: expiresAt.toISOString() };
      },
    }),
    route({
      method: 'get', path: '/v1/invitations/{token}', access: 'anyone', summary: 'Whether an invitation still holds', params: z.strictObject({ token: z.string().max(200) }), reply: z.strictObject({ role: z.string(), email: z.string().nullable() }),
      handle: async ({ params }) => {
        const found = await deps.people.invitation(params.token);
        if (found === null) throw new PerennialError('AUTH_INVITATION_INVALID');
        return { role: found.role, email: found.email };
      },
    }),
    route({
      method: 'post', path: '/v1/invitations/accept', access: 'anyone', summary: 'Take an invitation and choose a password', body: acceptInvitationSchema, reply: okSchema, status: 201,
      handle: async ({ body }) => {
        const found = await deps.people.invitation(body.token);
        if (found === null || (found.email !== null && found.email.toLowerCase() !== body.email.toLowerCase())) throw new PerennialError('AUTH_INVITATION_INVALID');
        // Taken first: of two who send the same invitation at once, only one becomes a person.
        const taken = await deps.people.takeInvitation(body.token);
        const userId = await deps.createPerson({ name: body.name, email: body.email, password: body.password }).catch(async (error: unknown) => {
          await deps.people.giveBack(taken.id);
          throw error;
        });
        await deps.people.join(userId, taken);
        return done;
      },
    }),
    route({
      method: 'post', path: '/v1/invitations/join', access: 'signed-in', summary: 'Take an invitation with the account one has', body: joinInvitationSchema, reply: okSchema, status: 201,
      handle: async (context) => {
        const caller = callerOf(context);
        if (caller?.kind !== 'person') throw new PerennialError('AUTH_FORBIDDEN', 'An invitation is for a person: sign in.');
        const found = await deps.people.invitation(context.body.token);
        if (found === null || (found.email !== null && found.email.toLowerCase() !== caller.email.toLowerCase())) throw new PerennialError('AUTH_INVITATION_INVALID');
        await deps.people.join(caller.id, await deps.people.takeInvitation(context.body.token));
        return done;
      },
    }),
    route({
      method: 'post', path: `${one}/api-keys`, access: 'admin', summary: 'Make an API key; its secret is told once', params: projectParams, body: apiKeyBodySchema, reply: apiKeyReplySchema, status: 201,
      handle: async ({ project, body, actor }) => {
        const { camera, ...rest } = body;
        const made = await deps.people.createKey({ projectId: project.id, ...rest, ...(camera !== undefined && { cameraName: camera }), createdBy: actor.id });
        return { ...made, ...rest };
      },
    }),
    route({
      method: 'delete', path: `${one}/api-keys/{key}`, access: 'admin', summary: 'Revoke an API key', params: z.strictObject({ project: z.string(), key: z.uuid() }), reply: okSchema,
      handle: async ({ project, params, actor }) => { await deps.people.revokeKey(project.id, params.key, actor.id); return done; },
    }),
  ];
}

/** A new project is made by an admin: a person who is one somewhere, or a key of the whole machine. */
async function creatorOf(deps: ProjectRoutesDependencies, context: Pick<RouteContext<never, never, never>, 'actor'>): Promise<string | null> {
  const caller = callerOf(context);
  if (caller?.kind === 'key' && caller.projectId === null && caller.role === 'admin') return null;
  if (caller?.kind === 'person' && (await deps.people.projectsOf(caller.id)).some((each) => each.role === 'admin')) return caller.id;
  throw new PerennialError('AUTH_FORBIDDEN', 'Projects are made by admins.');
}

/** @throws PerennialError POLICY_INVALID when it names classes that are not there */
function checkPolicy(policy: Policy, classIds: readonly number[]): Policy {
  const [unknown] = unknownInPolicy(policy, new Set(classIds));
  if (unknown !== undefined) throw new PerennialError('POLICY_INVALID', `The policy names class ${unknown}, which is not there.`, { classId: unknown });
  return policy;
}
