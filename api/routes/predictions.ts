import { z } from 'zod';
import { reportPrediction } from '../../application/predictions/report-prediction.ts';
import { idSchema, pageOf } from '../../contracts/common.ts';
import { predictionSchema, predictionsQuerySchema, reportBodySchema, reportReplySchema } from '../../contracts/predictions.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { PredictionReader, ReportRecords, ServedProject, StoredPrediction } from '../../domain/ports-predictions.ts';
import { type Route, route } from '../route.ts';

export interface PredictionRoutesDependencies {
  readonly predictions: PredictionReader & ReportRecords;
  readonly servedProject: (slug: string) => Promise<ServedProject>;
  readonly random: () => number;
}

const base = '/v1/projects/{project}/predictions';
const oneParams = z.strictObject({ project: z.string(), prediction: idSchema });

/** Routes of stored predictions. Annotators do not read them: some are of images that they are asked about blind. */
export function createPredictionRoutes(deps: PredictionRoutesDependencies): Route[] {
  return [
    route({
      method: 'get', path: base, access: 'engineer', summary: 'Predictions, newest first', params: z.strictObject({ project: z.string() }), query: predictionsQuerySchema, reply: pageOf(predictionSchema),
      handle: async ({ project, query }) => {
        const { items, next } = await deps.predictions.list(project.id, query);
        return { items: items.map(tell), next };
      },
    }),
    route({
      method: 'get', path: `${base}/{prediction}`, access: 'camera', summary: 'One prediction', params: oneParams, reply: predictionSchema,
      handle: async ({ project, params }) => {
        const found = await deps.predictions.one(project.id, params.prediction);
        if (found === null) throw new PerennialError('PREDICTION_NOT_FOUND');
        return tell(found);
      },
    }),
    route({
      method: 'post', path: `${base}/{prediction}/report`, access: 'signed-in', summary: 'Say that a prediction is wrong', params: oneParams, body: reportBodySchema, reply: reportReplySchema, key: 'required',
      handle: ({ project, params, body, actor }) => reportPrediction({ records: deps.predictions, project: deps.servedProject, random: deps.random }, {
        projectSlug: project.slug, predictionId: params.prediction, by: actor.id, classId: body.classId ?? null, comment: body.comment ?? null,
      }),
    }),
  ];
}

function tell({ topClassId, capturedAt, createdAt, ...rest }: StoredPrediction): z.input<typeof predictionSchema> {
  const name = rest.classes.find(({ classId }) => classId === topClassId)?.name ?? String(topClassId);
  return { ...rest, classes: [...rest.classes], flags: [...rest.flags], top: { classId: topClassId, name }, capturedAt: capturedAt?.toISOString() ?? null, createdAt: createdAt.toISOString() };
}
