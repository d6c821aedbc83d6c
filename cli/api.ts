import { z } from 'zod';
import { pageOf } from '../contracts/common.ts';
import { datasetDiffSchema, datasetVerifySchema, datasetVersionSchema, importLabelsReplySchema, manifestRowSchema, storedImageSchema } from '../contracts/datasets.ts';
import { lineageSchema } from '../contracts/lineage.ts';
import { gateReportSchema, type hindsightBodySchema, hindsightReplySchema, importModelReplySchema, modelVersionSchema, promotionSchema, retrainStateSchema, scheduleSchema } from '../contracts/models.ts';
import { predictionSchema, predictManyReplySchema, tryReplySchema } from '../contracts/predictions.ts';
import { alertSchema, challengeActReplySchema, challengeDetailSchema, challengeSchema, drillSchema, runDrillReplySchema } from '../contracts/challenges.ts';
import { apiKeyReplySchema, type createProjectSchema, invitationReplySchema, meSchema, policySchema, projectSchema } from '../contracts/projects.ts';
import { annotateReplySchema, claimReplySchema, openRoundReplySchema, roundSchema } from '../contracts/reviews.ts';
import type { Client, RequestOptions } from './client.ts';
import { contentTypeOf } from './image-files.ts';

type Query = RequestOptions['query'];
type Bytes = Uint8Array<ArrayBuffer>;
/** One image to send, with what is known about it. */
export interface OutgoingImage {
  readonly bytes: Bytes;
  readonly fileName: string;
  readonly camera?: string;
  readonly capturedAt?: string;
  readonly burst?: string;
  readonly key?: string;
}
const changedSchema = z.strictObject({ outcome: z.enum(['done', 'skipped', 'held']), why: z.string() });

const aboutOf = ({ camera, capturedAt, burst, fileName }: OutgoingImage) => ({ camera, capturedAt, burst, fileName });
const rawOf = (image: OutgoingImage) => ({ bytes: image.bytes, contentType: contentTypeOf(image.bytes) });

function formOf(images: readonly OutgoingImage[]): FormData {
  const form = new FormData();
  // `about` goes first, so that a server that reads as it goes knows each image before its bytes come.
  form.append('about', JSON.stringify(images.map((image) => ({ ...aboutOf(image), key: image.key }))));
  for (const image of images) form.append('images', new Blob([image.bytes], { type: contentTypeOf(image.bytes) }), image.fileName);
  return form;
}

function modelForm(bytes: Bytes, about: object): FormData {
  const form = new FormData();
  form.append('about', JSON.stringify(about));
  form.append('model', new Blob([bytes], { type: 'application/octet-stream' }), 'model.onnx');
  return form;
}

/** The routes that are about no project. */
export function houseApi(client: Client) {
  return {
    me: () => client.send('GET', '/v1/me', meSchema),
    /** Every project that the credential opens, in full. */
    projects: async () => {
      const { projects } = await client.send('GET', '/v1/me', meSchema);
      return Promise.all(projects.map(({ slug }) => projectApi(client, slug).show()));
    },
    createProject: (body: z.input<typeof createProjectSchema>) => client.send('POST', '/v1/projects', projectSchema, { json: body }),
  };
}

/** The routes of one project, each with its answer's type. */
export function projectApi(client: Client, slug: string) {
  const at = (path: string) => `/v1/projects/${encodeURIComponent(slug)}${path}`;
  const get = <T extends z.ZodType>(path: string, reply: T, query?: Query) => client.send('GET', at(path), reply, { query });
  const post = <T extends z.ZodType>(path: string, reply: T, options: RequestOptions = {}) => client.send('POST', at(path), reply, options);
  return {
    show: () => get('', projectSchema),
    policy: () => get('/policy', policySchema),
    setPolicy: (policy: z.input<typeof policySchema>) => client.send('PUT', at('/policy'), z.strictObject({ outcome: z.literal('done') }), { json: policy }),
    storeImage: (image: OutgoingImage) => post('/images', storedImageSchema, { raw: rawOf(image), query: aboutOf(image), key: image.key }),
    predictOne: (image: OutgoingImage) => post('/predictions', z.union([predictionSchema, predictManyReplySchema]), { raw: rawOf(image), query: aboutOf(image), key: image.key }),
    predictMany: (images: readonly OutgoingImage[], key: string) => post('/predictions', predictManyReplySchema, { form: () => formOf(images), key }),
    tryImage: (bytes: Bytes, query: { modelVersion?: number; embedding?: 'yes' | 'no' }) => post('/try', tryReplySchema, { raw: { bytes, contentType: contentTypeOf(bytes) }, query }),
    original: (imageId: string) => client.download(at(`/images/${imageId}/original`)),
    importLabels: (labels: readonly { sha256: string; className: string; group?: string }[]) => post('/labels/import', importLabelsReplySchema, { json: { labels } }),
    rounds: (query?: Query) => get('/rounds', pageOf(roundSchema), query),
    openRound: (body: { reason: string; itemsMax?: number }) => post('/rounds', openRoundReplySchema, { json: body }),
    closeRound: (roundId: string) => post(`/rounds/${roundId}/close`, roundSchema),
    claim: (body: { count: number; holding?: readonly string[] }) => post('/review/claims', claimReplySchema, { json: body }),
    annotate: (itemId: string, body: { key: string; fence: number; kind: 'class' | 'unsure'; classId?: number; leadTimeMs?: number }) =>
      post(`/review/items/${itemId}/annotations`, annotateReplySchema, { json: body, key: body.key }),
    datasets: (query?: Query) => get('/datasets', pageOf(datasetVersionSchema), query),
    dataset: (number: number) => get(`/datasets/${number}`, datasetVersionSchema),
    datasetRows: (number: number, query?: Query) => get(`/datasets/${number}/rows`, pageOf(manifestRowSchema), query),
    datasetDiff: (query: { from?: number; to: number }) => get('/datasets/diff', datasetDiffSchema, query),
    verifyDataset: (number: number, part: string) => post(`/datasets/${number}/verify`, datasetVerifySchema, { query: { part } }),
    exportDataset: (number: number, format: string) => client.download(at(`/datasets/${number}/export`), { format }),
    retrain: (body: { kind: 'light' | 'cold_start' | 'full'; reason: string; options?: object }) => post('/retrains', retrainStateSchema, { json: body }),
    cancelRetrain: (id: string) => post(`/retrains/${encodeURIComponent(id)}/cancel`, changedSchema),
    retrainState: (id: string) => get(`/retrains/${encodeURIComponent(id)}`, retrainStateSchema),
    modelVersions: (query?: Query) => get('/model-versions', pageOf(modelVersionSchema), query),
    importModel: (bytes: Bytes, about: object, key: string) => post('/models', importModelReplySchema, { form: () => modelForm(bytes, about), key }),
    hindsight: (body: z.input<typeof hindsightBodySchema>) => post('/hindsight', hindsightReplySchema, { json: body }),
    promote: (number: number, body: { reason: string; expectChampion?: number | null }) => post(`/model-versions/${number}/promotion`, promotionSchema, { json: body }),
    rollback: (body: { reason: string; expectChampion?: number }) => post('/rollback', promotionSchema, { json: body }),
    promotions: (query?: Query) => get('/promotions', pageOf(promotionSchema), query),
    challenges: (query?: Query) => get('/challenges', pageOf(challengeSchema), query),
    challenge: (id: string) => get(`/challenges/${encodeURIComponent(id)}`, challengeDetailSchema),
    startChallenge: (number: number, body: { reason: string }) => post(`/model-versions/${number}/challenge`, challengeSchema, { json: body }),
    actOnChallenge: (id: string, body: { act: 'approve' | 'hold' | 'abort' | 'roll_back'; reason: string }) => post(`/challenges/${encodeURIComponent(id)}/acts`, challengeActReplySchema, { json: body }),
    clearChallenge: (id: string, body: { reason: string }) => post(`/challenges/${encodeURIComponent(id)}/clearance`, changedSchema, { json: body }),
    drills: (query?: Query) => get('/rollback-drills', pageOf(drillSchema), query),
    drill: () => post('/rollback-drills', runDrillReplySchema),
    alerts: () => get('/alerts', pageOf(alertSchema)),
    resolveAlert: (kind: string) => post(`/alerts/${encodeURIComponent(kind)}/resolution`, changedSchema),
    gateReports: (query?: Query) => get('/gate-reports', pageOf(gateReportSchema), query),
    lineage: (kind: string, id: string) => get(`/lineage/${kind}/${encodeURIComponent(id)}`, lineageSchema),
    schedules: () => get('/schedules', pageOf(scheduleSchema)),
    editSchedule: (name: string, body: { cron?: string; paused?: boolean; timeZone?: string }) => client.send('PATCH', at(`/schedules/${encodeURIComponent(name)}`), changedSchema, { json: body }),
    runSchedule: (name: string) => post(`/schedules/${encodeURIComponent(name)}/run`, changedSchema),
    invite: (body: { role: string; email?: string }) => post('/invitations', invitationReplySchema, { json: body }),
    createKey: (body: { name: string; role: string; camera?: string }) => post('/api-keys', apiKeyReplySchema, { json: body }),
  };
}
export type ProjectApi = ReturnType<typeof projectApi>;

/**
 * All entries of a listing, page after page.
 * @param pagesMax a listing longer than that many pages is cut, so that the loop always ends
 */
export async function allPages<T>(read: (query: Query) => Promise<{ items: T[]; next: string | null }>, pagesMax = 1000): Promise<T[]> {
  const all: T[] = [];
  let after: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const { items, next } = await read({ limit: 500, after });
    all.push(...items);
    if (next === null) break;
    after = next;
  }
  return all;
}
