import { z } from 'zod';
import { idSchema, pageOf, pageQuerySchema } from '../../contracts/common.ts';
import {
  type GateReportReply, gateReportSchema, modelVersionSchema, promoteBodySchema, promotionSchema, retrainBodySchema, type RetrainState, retrainStateSchema, rollbackBodySchema,
} from '../../contracts/models.ts';
import { fullOptionsSchema } from '../../contracts/training.ts';
import { promoteVersion, type PromoteVersionDependencies, rollBack } from '../../application/models/promote-version.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Clock } from '../../domain/ports.ts';
import type { DatasetVersions, GateReportRecord, ModelRecords, ModelVersion, Promotion } from '../../domain/ports-models.ts';
import type { RetrainStatus, Workflows } from '../../domain/ports-workflows.ts';
import { type Route, route } from '../route.ts';

export interface ModelRoutesDependencies {
  readonly records: ModelRecords;
  readonly datasets: Pick<DatasetVersions, 'byId'>;
  readonly workflows: Workflows;
  readonly clock: Clock;
  readonly servingFollows: PromoteVersionDependencies['servingFollows'];
  readonly failpoint?: PromoteVersionDependencies['failpoint'];
  readonly policy: (projectId: string) => Promise<Policy>;
}

const project = '/v1/projects/{project}';
const projectParams = z.strictObject({ project: z.string() });
const doneSchema = z.strictObject({ outcome: z.literal('done'), why: z.string() });

/** Routes of models: versions, gate reports, promotions, retrains. */
export function createModelRoutes(deps: ModelRoutesDependencies): Route[] {
  const tell = createTeller(deps);
  return [
    route({
      method: 'get', path: `${project}/model-versions`, access: 'annotator', summary: 'Model versions, newest first', params: projectParams, query: pageQuerySchema, reply: pageOf(modelVersionSchema),
      handle: async ({ project: { id }, query }) => ({ items: await Promise.all((await deps.records.versions(id, query.limit)).map((version) => tell.version(version))), next: null }),
    }),
    route({
      method: 'get', path: `${project}/gate-reports`, access: 'annotator', summary: 'What the gate said, newest first', params: projectParams, query: pageQuerySchema, reply: pageOf(gateReportSchema),
      handle: async ({ project: { id }, query }) => ({ items: await Promise.all((await deps.records.gateReports(id, query.limit)).map((report) => tell.report(report))), next: null }),
    }),
    route({
      method: 'get', path: `${project}/promotions`, access: 'annotator', summary: 'Who was champion when, and why', params: projectParams, query: pageQuerySchema, reply: pageOf(promotionSchema),
      handle: async ({ project: { id }, query }) => {
        const [promotions, reports] = await Promise.all([deps.records.promotions(id, query.limit), deps.records.gateReports(id, 500)]);
        return {
          items: await Promise.all(promotions.map(async (each, at) => {
            const report = reports.find((one) => one.id === each.gateReportId);
            return { ...(await tell.promotion(each)), until: promotions[at - 1]?.createdAt.toISOString() ?? null, gate: report === undefined ? null : { id: report.id, verdict: report.verdict, sentence: report.sentence } };
          })),
          next: null,
        };
      },
    }),
    route({
      method: 'post', path: `${project}/retrains`, access: 'engineer', summary: 'Retrain now', params: projectParams, body: retrainBodySchema, reply: retrainStateSchema, status: 202, key: 'required',
      handle: async ({ project: { id }, body: { kind, reason, options }, key }) => tell.retrain(id, kind === 'full'
        ? await deps.workflows.startFullRetrain({ projectId: id, reason, key, options: options ?? fullOptionsSchema.parse({}) })
        : await deps.workflows.startRetrain({ projectId: id, kind, reason, key })),
    }),
    route({
      method: 'get', path: `${project}/retrains/{retrain}`, access: 'annotator', summary: 'Where a retrain stands', params: z.strictObject({ project: z.string(), retrain: idSchema }), reply: retrainStateSchema,
      handle: async ({ project: { id }, params }) => tell.retrain(id, await deps.workflows.retrainStatus(id, params.retrain)),
    }),
    route({
      method: 'post', path: `${project}/retrains/{retrain}/cancel`, access: 'engineer', summary: 'End a retrain', params: z.strictObject({ project: z.string(), retrain: idSchema }), reply: doneSchema,
      handle: async ({ project: { id }, params }) => {
        await deps.workflows.cancelRetrain(id, params.retrain);
        return { outcome: 'done' as const, why: 'the retrain was asked to end' };
      },
    }),
    route({
      method: 'post', path: `${project}/model-versions/{number}/promotion`, access: 'engineer', summary: 'Make a model version the champion', key: 'required',
      params: z.strictObject({ project: z.string(), number: z.coerce.number().int().min(1) }), body: promoteBodySchema, reply: promotionSchema, status: 201,
      handle: async ({ project: { id }, params, body, key, actor }) => {
        const { road } = await deps.policy(id);
        if (road.stages === 'staged' && road.approvalsWanted > 1) throw new PerennialError('PROMOTION_HELD', `${road.approvalsWanted} people decide here: let it set out, and approve its steps.`);
        const version = await byNumber(deps, id, params.number);
        const report = await deps.records.gateReportFor(id, version.id);
        const expected = body.expectChampion == null ? undefined : (await byNumber(deps, id, body.expectChampion)).id;
        return tell.promotion(await promoteVersion(deps, {
          projectId: id, toId: version.id, expectFromId: body.expectChampion === null ? null : expected, gateReportId: report?.id ?? null,
          onCannotTell: report?.verdict === 'cannot_tell', reason: body.reason, decidedBy: actor.name, key: `${actor.id}/${key}`,
        }));
      },
    }),
    route({
      method: 'post', path: `${project}/rollback`, access: 'engineer', summary: 'Go back to the champion before this one', params: projectParams, body: rollbackBodySchema, reply: promotionSchema, status: 201, key: 'required',
      handle: async ({ project: { id }, body, key, actor }) => {
        const expectFromId = body.expectChampion === undefined ? undefined : (await byNumber(deps, id, body.expectChampion)).id;
        return tell.promotion(await rollBack(deps, { projectId: id, expectFromId, reason: body.reason, decidedBy: actor.name, key: `${actor.id}/${key}` }));
      },
    }),
  ];
}

async function byNumber(deps: ModelRoutesDependencies, projectId: string, number: number): Promise<ModelVersion> {
  const version = await deps.records.versionByNumber(projectId, number);
  if (version === null) throw new PerennialError('MODEL_VERSION_NOT_FOUND', undefined, { number });
  return version;
}

/** Records as the outside reads them: version numbers where we hold ids. */
export function createTeller({ records, datasets }: Pick<ModelRoutesDependencies, 'records' | 'datasets'>) {
  const numberOf = async (id: string): Promise<number> => (await records.versionById(id))?.number ?? 0;
  const tell = {
    async version(version: ModelVersion) {
      const [champion, run, dataset, newest] = await Promise.all([
        records.champion(version.projectId), version.runId === null ? null : records.runById(version.runId),
        version.datasetVersionId === null ? null : datasets.byId(version.datasetVersionId), records.versions(version.projectId, 1),
      ]);
      const { id, number, kind, mlflowVersion, artifactSha256, createdAt } = version;
      const isChampion = champion?.id === id;
      return {
        id, number, kind, mlflowVersion, artifactSha256, champion: isChampion, challenger: !isChampion && newest[0]?.id === id,
        datasetVersion: dataset?.number ?? null, mlflowRunId: run?.mlflowRunId ?? null, metrics: run?.metrics ?? null, createdAt: createdAt.toISOString(),
      };
    },
    async report(report: GateReportRecord): Promise<GateReportReply> {
      const [champion, challenger] = await Promise.all([numberOf(report.championId), numberOf(report.challengerId)]);
      return gateReportSchema.parse({ id: report.id, champion, challenger, verdict: report.verdict, sentence: report.sentence, checks: report.checks, createdAt: report.createdAt.toISOString() });
    },
    async promotion(each: Promotion) {
      const [from, to] = await Promise.all([each.fromId === null ? null : numberOf(each.fromId), numberOf(each.toId)]);
      const { sequence, kind, onCannotTell, reason, decidedBy } = each;
      return { sequence, kind, from, to, onCannotTell, reason, decidedBy, createdAt: each.createdAt.toISOString() };
    },
    async retrain(projectId: string, { id, state, step, progress, why, challengerId, promoted }: RetrainStatus): Promise<RetrainState> {
      const report = challengerId === null ? null : await records.gateReportFor(projectId, challengerId);
      return { id, state, step, progress, why, promoted, challenger: challengerId === null ? null : await numberOf(challengerId), gate: report === null ? null : await tell.report(report) };
    },
  };
  return tell;
}
