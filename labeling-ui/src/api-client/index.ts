import { z } from 'zod';
import { pageOf } from '../../../contracts/common.ts';
import { datasetVersionSchema } from '../../../contracts/datasets.ts';
import { gateReportSchema, modelVersionSchema, promotionSchema, retrainStateSchema, scheduleSchema } from '../../../contracts/models.ts';
import { type acceptInvitationSchema, invitationReplySchema, meSchema, projectSchema } from '../../../contracts/projects.ts';
import { type annotateBodySchema, annotateReplySchema, claimReplySchema, openRoundReplySchema, renewReplySchema, roundSchema, withdrawReplySchema } from '../../../contracts/reviews.ts';
import { type Fetch, sendTo } from './http.ts';

export { ApiError, isApiError } from './api-error.ts';
export type { Fetch } from './http.ts';

const doneSchema = z.looseObject({ outcome: z.string() });
const anySchema = z.unknown();
const personSchema = z.strictObject({ id: z.string(), name: z.string(), email: z.string(), role: z.string() });
export type Person = z.output<typeof personSchema>;

/** Every request the pages make. Each answer is parsed with its contract. */
export function createApiClient(fetcher: Fetch) {
  const send = <T extends z.ZodType>(path: string, schema: T, sent?: Parameters<typeof sendTo>[3]) => sendTo(fetcher, path, schema, sent);
  const of = (project: string) => `/v1/projects/${encodeURIComponent(project)}`;
  return {
    me: () => send('/v1/me', meSchema),
    signIn: (email: string, password: string) => send('/api/auth/sign-in/email', anySchema, { method: 'POST', body: { email, password } }),
    signOut: () => send('/api/auth/sign-out', anySchema, { method: 'POST', body: {} }),
    invitation: (token: string) => send(`/v1/invitations/${encodeURIComponent(token)}`, z.strictObject({ role: z.string(), email: z.string().nullable() })),
    acceptInvitation: (body: z.input<typeof acceptInvitationSchema>) => send('/v1/invitations/accept', doneSchema, { method: 'POST', body }),
    project: (project: string) => send(of(project), projectSchema),
    people: (project: string) => send(`${of(project)}/people`, pageOf(personSchema)),
    invite: (project: string, body: { email?: string; role: string }) => send(`${of(project)}/invitations`, invitationReplySchema, { method: 'POST', body }),

    claim: (project: string, body: { count: number; holding: readonly string[] }) => send(`${of(project)}/review/claims`, claimReplySchema, { method: 'POST', body }),
    annotate: (project: string, item: string, body: z.input<typeof annotateBodySchema>) => send(`${of(project)}/review/items/${item}/annotations`, annotateReplySchema, { method: 'POST', body, key: body.key }),
    withdraw: (project: string, annotation: string, key: string) => send(`${of(project)}/review/annotations/${annotation}/withdrawal`, withdrawReplySchema, { method: 'POST', body: { key }, key }),
    renew: (project: string, items: readonly { id: string; fence: number }[]) => send(`${of(project)}/review/leases/renewals`, renewReplySchema, { method: 'POST', body: { items } }),

    rounds: (project: string) => send(`${of(project)}/rounds`, pageOf(roundSchema)),
    openRound: (project: string, key: string) => send(`${of(project)}/rounds`, openRoundReplySchema, { method: 'POST', body: {}, key, timeoutMs: 120_000 }),
    datasets: (project: string) => send(`${of(project)}/datasets`, pageOf(datasetVersionSchema)),

    modelVersions: (project: string) => send(`${of(project)}/model-versions`, pageOf(modelVersionSchema)),
    gateReports: (project: string) => send(`${of(project)}/gate-reports`, pageOf(gateReportSchema)),
    promotions: (project: string) => send(`${of(project)}/promotions`, pageOf(promotionSchema)),
    retrain: (project: string, key: string) => send(`${of(project)}/retrains`, retrainStateSchema, { method: 'POST', body: { kind: 'light' }, key }),
    retrainState: (project: string, id: string) => send(`${of(project)}/retrains/${encodeURIComponent(id)}`, retrainStateSchema),
    promote: (project: string, number: number, body: { reason: string; expectChampion: number | null }, key: string) => send(`${of(project)}/model-versions/${number}/promotion`, promotionSchema, { method: 'POST', body, key }),
    rollBack: (project: string, body: { reason: string; expectChampion?: number }, key: string) => send(`${of(project)}/rollback`, promotionSchema, { method: 'POST', body, key }),

    schedules: (project: string) => send(`${of(project)}/schedules`, pageOf(scheduleSchema)),
    editSchedule: (project: string, name: string, body: { paused: boolean }) => send(`${of(project)}/schedules/${encodeURIComponent(name)}`, doneSchema, { method: 'PATCH', body }),
    runSchedule: (project: string, name: string, key: string) => send(`${of(project)}/schedules/${encodeURIComponent(name)}/run`, doneSchema, { method: 'POST', key }),
  };
}
export type ApiClient = ReturnType<typeof createApiClient>;
