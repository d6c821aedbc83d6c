import { z } from 'zod';
import { pageOf } from '../../../contracts/common.ts';
import { datasetVersionSchema } from '../../../contracts/datasets.ts';
import { gateReportSchema, modelVersionSchema, promotionSchema, retrainStateSchema, scheduleSchema } from '../../../contracts/models.ts';
import { meSchema, projectSchema } from '../../../contracts/projects.ts';
import { annotateReplySchema, claimReplySchema, openRoundReplySchema, renewReplySchema, roundSchema, withdrawReplySchema } from '../../../contracts/reviews.ts';
import { request } from './request.ts';

const anything = z.unknown();
const at = (project: string, rest = ''): string => `/v1/projects/${encodeURIComponent(project)}${rest}`;
const list = '?limit=50';

export interface AnnotateBody {
  readonly key: string;
  readonly fence: number;
  readonly kind: 'class' | 'unsure' | 'bad_image' | 'not_in_list' | 'person' | 'skip';
  readonly classId?: number;
  readonly leadTimeMs?: number;
}

/** Every call the pages make, by name. */
export const api = {
  me: () => request('/v1/me', meSchema),
  signIn: (email: string, password: string) => request('/api/auth/sign-in/email', anything, { method: 'POST', body: { email, password } }),
  signOut: () => request('/api/auth/sign-out', anything, { method: 'POST', body: {} }),
  invitation: (token: string) => request(`/v1/invitations/${encodeURIComponent(token)}`, z.object({ role: z.string(), email: z.string().nullable() })),
  acceptInvitation: (body: { token: string; name: string; email: string; password: string }) => request('/v1/invitations/accept', anything, { method: 'POST', body }),
  project: (project: string) => request(at(project), projectSchema),

  claim: (project: string, count: number, holding: readonly string[]) => request(at(project, '/review/claims'), claimReplySchema, { method: 'POST', body: { count, holding } }),
  annotate: (project: string, item: string, body: AnnotateBody) => request(at(project, `/review/items/${item}/annotations`), annotateReplySchema, { method: 'POST', body }),
  withdraw: (project: string, annotation: string, key: string) => request(at(project, `/review/annotations/${annotation}/withdrawal`), withdrawReplySchema, { method: 'POST', body: { key } }),
  renew: (project: string, items: readonly { id: string; fence: number }[]) => request(at(project, '/review/leases/renewals'), renewReplySchema, { method: 'POST', body: { items } }),

  rounds: (project: string) => request(at(project, `/rounds${list}`), pageOf(roundSchema)),
  openRound: (project: string, key: string) => request(at(project, '/rounds'), openRoundReplySchema, { method: 'POST', body: { reason: 'by hand' }, key }),
  datasets: (project: string) => request(at(project, `/datasets${list}`), pageOf(datasetVersionSchema)),
  schedules: (project: string) => request(at(project, '/schedules'), pageOf(scheduleSchema)),
  editSchedule: (project: string, name: string, paused: boolean) => request(at(project, `/schedules/${encodeURIComponent(name)}`), anything, { method: 'PATCH', body: { paused } }),
  runSchedule: (project: string, name: string, key: string) => request(at(project, `/schedules/${encodeURIComponent(name)}/run`), anything, { method: 'POST', body: {}, key }),

  modelVersions: (project: string) => request(at(project, `/model-versions${list}`), pageOf(modelVersionSchema)),
  gateReports: (project: string) => request(at(project, `/gate-reports${list}`), pageOf(gateReportSchema)),
  promotions: (project: string) => request(at(project, `/promotions${list}`), pageOf(promotionSchema)),
  retrain: (project: string, key: string) => request(at(project, '/retrains'), retrainStateSchema, { method: 'POST', body: { kind: 'light', reason: 'by hand' }, key }),
  retrainState: (project: string, id: string) => request(at(project, `/retrains/${encodeURIComponent(id)}`), retrainStateSchema),
  promote: (project: string, number: number, reason: string, key: string) => request(at(project, `/model-versions/${number}/promotion`), promotionSchema, { method: 'POST', body: { reason }, key }),
  rollBack: (project: string, reason: string, key: string) => request(at(project, '/rollback'), promotionSchema, { method: 'POST', body: { reason }, key }),
} as const;
export type Api = typeof api;
