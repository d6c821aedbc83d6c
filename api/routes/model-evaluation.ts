import { z } from 'zod';
import { compareOnHoldout, type EvaluateDependencies, evaluateVersion, flippedPictures, picturesBehind } from '../../application/models/evaluate-version.ts';
import {
  comparisonPicturesQuerySchema, comparisonQuerySchema, comparisonSchema, evaluationPicturesQuerySchema, evaluationQuerySchema, evaluationSchema, judgedPicturesSchema, modelVersionDetailSchema,
} from '../../contracts/model-evaluation.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { ModelDetails } from '../../domain/ports-model-details.ts';
import { type Route, route } from '../route.ts';
import { createTeller, type ModelRoutesDependencies } from './models.ts';

export interface ModelEvaluationRoutesDependencies extends EvaluateDependencies, Pick<ModelRoutesDependencies, 'records' | 'datasets'> {
  readonly details: ModelDetails;
  /** Where people reach MLflow; null where the operator named no address. */
  readonly mlflowUrl: string | null;
}

const base = '/v1/projects/{project}/model-versions/{number}';
const params = z.strictObject({ project: z.string(), number: z.coerce.number().int().min(1).max(2_147_483_647) });

/** Routes of one model version: what made it, how it does on a holdout, and how it differs from another. */
export function createModelEvaluationRoutes(deps: ModelEvaluationRoutesDependencies): Route[] {
  const tell = createTeller(deps);
  return [
    route({
      method: 'get', path: base, access: 'annotator', summary: 'A model version: what made it, and what was decided about it', params, reply: modelVersionDetailSchema,
      handle: async ({ project: { id }, params: { number } }) => {
        const version = await deps.records.versionByNumber(id, number);
        if (version === null) throw new PerennialError('MODEL_VERSION_NOT_FOUND', undefined, { number });
        const [run, reports, promotions] = await Promise.all([version.runId === null ? null : deps.details.run(version.runId), deps.details.reports(id, version.id), deps.details.promotions(id, version.id)]);
        return {
          version: await tell.version(version), artifactBytes: version.artifactBytes, dimensions: version.dimensions, backboneDigest: version.backboneDigest, hasHead: version.headKey !== null,
          run: run === null ? null : {
            kind: run.kind, state: run.state, reason: run.reason, startedAt: run.startedAt.toISOString(), endedAt: run.endedAt?.toISOString() ?? null, failure: run.failure,
            parameters: { ...run.parameters }, metrics: run.metrics === null ? null : { ...run.metrics }, mlflowUrl: run.mlflowRunId === null || deps.mlflowUrl === null ? null : `${deps.mlflowUrl.replace(/\/+$/, '')}/#/runs/${run.mlflowRunId}`,
          },
          reports: await Promise.all(reports.map((each) => tell.report(each))), promotions: await Promise.all(promotions.map((each) => tell.promotion(each))),
        };
      },
    }),
    route({
      method: 'get', path: `${base}/evaluation`, access: 'engineer', summary: 'How a model version does on a holdout', params, query: evaluationQuerySchema, reply: evaluationSchema,
      handle: ({ project: { id }, params: { number }, query: { holdout } }) => evaluateVersion(deps, { projectId: id, number, holdout }),
    }),
    route({
      method: 'get', path: `${base}/evaluation/pictures`, access: 'engineer', summary: 'The pictures behind a cell of the confusion matrix', params, query: evaluationPicturesQuerySchema, reply: judgedPicturesSchema,
      handle: ({ project: { id }, params: { number }, query }) => picturesBehind(deps, { projectId: id, number, ...query }),
    }),
    route({
      method: 'get', path: `${base}/comparison`, access: 'engineer', summary: 'A model version against an older one, on the same images', params, query: comparisonQuerySchema, reply: comparisonSchema,
      handle: ({ project: { id }, params: { number }, query }) => compareOnHoldout(deps, { projectId: id, number, ...query }),
    }),
    route({
      method: 'get', path: `${base}/comparison/pictures`, access: 'engineer', summary: 'The pictures on which two versions differ', params, query: comparisonPicturesQuerySchema, reply: judgedPicturesSchema,
      handle: ({ project: { id }, params: { number }, query }) => flippedPictures(deps, { projectId: id, number, ...query }),
    }),
  ];
}
