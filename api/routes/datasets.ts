import { parquetWriteBuffer } from 'hyparquet-writer';
import { z } from 'zod';
import { walkDifferences } from '../../application/datasets/diff-versions.ts';
import { type FreezeDependencies, freezeDataset } from '../../application/datasets/freeze-dataset.ts';
import { readManifest, readPage } from '../../application/datasets/read-manifest.ts';
import { verifyManifest } from '../../application/datasets/verify-manifest.ts';
import { pageOf, pageQuerySchema } from '../../contracts/common.ts';
import { datasetDiffSchema, datasetVerifySchema, datasetVersionSchema, freezeBodySchema, freezeReplySchema, holdoutsSchema, manifestRowSchema, retiredHoldoutSchema, verifyQuerySchema } from '../../contracts/datasets.ts';
import { PerennialError } from '../../domain/errors.ts';
import { referenceLooksMax } from '../../domain/holdouts.ts';
import type { ManifestRow } from '../../domain/manifest.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import type { DatasetVersionRecord } from '../../domain/ports-datasets.ts';
import { type Route, route } from '../route.ts';

export interface DatasetRoutesDependencies extends FreezeDependencies {
  readonly classes: (projectId: string) => Promise<readonly ProjectClass[]>;
}

const base = '/v1/projects/{project}/datasets';
const projectParams = z.strictObject({ project: z.string() });
const oneParams = z.strictObject({ project: z.string(), number: z.coerce.number().int().min(1) });

/** Routes of dataset versions: frozen, listed, compared, verified, exported. */
export function createDatasetRoutes(deps: DatasetRoutesDependencies): Route[] {
  const byNumber = async (projectId: string, number: number): Promise<DatasetVersionRecord> => {
    const version = await deps.records.versionByNumber(projectId, number);
    if (version === null) throw new PerennialError('DATASET_VERSION_NOT_FOUND', undefined, { number });
    return version;
  };
  const tell = async (version: DatasetVersionRecord) => {
    const parent = version.parentId === null ? null : await deps.records.versionById(version.parentId);
    const { id, number, rootDigest, imageCount, splitCounts, classCounts, reason, bytesWritten, createdBy } = version;
    return { id, number, rootDigest, imageCount, splitCounts, classCounts, reason, bytesWritten, createdBy, parentNumber: parent?.number ?? null, createdAt: version.createdAt.toISOString() };
  };
  return [
    route({
      method: 'get', path: base, access: 'annotator', summary: 'Dataset versions, newest first', params: projectParams, query: pageQuerySchema, reply: pageOf(datasetVersionSchema),
      handle: async ({ project, query }) => ({ items: await Promise.all((await deps.records.versions(project.id, query.limit)).map(tell)), next: null }),
    }),
    route({
      method: 'post', path: base, access: 'engineer', summary: 'Freeze what is labelled now', params: projectParams, body: freezeBodySchema, reply: freezeReplySchema, key: 'required',
      handle: async ({ project, body, key, actor }) => {
        const { outcome, why, version } = await freezeDataset(deps, { projectId: project.id, reason: body.reason, key: `${actor.id}/${key}`, by: actor.id });
        return { outcome, why, version: version === null ? null : await tell(version) };
      },
    }),
    route({
      method: 'get', path: `${base}/diff`, access: 'annotator', summary: 'What differs between two versions', params: projectParams,
      query: z.strictObject({ from: z.coerce.number().int().min(1).optional(), to: z.coerce.number().int().min(1) }), reply: datasetDiffSchema,
      handle: async ({ project, query }) => {
        const from = query.from === undefined ? null : await byNumber(project.id, query.from);
        const to = await byNumber(project.id, query.to);
        const [added, removed, changed]: [ManifestRow[], ManifestRow[], { before: ManifestRow; after: ManifestRow }[]] = [[], [], []];
        for await (const each of walkDifferences(deps, project.id, from?.rootDigest ?? null, to.rootDigest)) {
          if (each.kind === 'changed') changed.push({ before: each.before, after: each.after });
          else (each.kind === 'added' ? added : removed).push(each.row);
        }
        return { from: query.from ?? null, to: query.to, added, removed, changed };
      },
    }),
    route({
      method: 'get', path: `${base}/holdouts`, access: 'annotator', summary: 'What models are judged by, and how worn it is', params: projectParams, reply: holdoutsSchema,
      handle: async ({ project }) => {
        const { audit, reference } = await deps.records.holdoutStanding(project.id);
        return { audit: { ...audit, oldest: audit.oldest?.toISOString() ?? null, newest: audit.newest?.toISOString() ?? null }, reference: { ...reference, worn: reference.looks >= referenceLooksMax } };
      },
    }),
    route({
      method: 'post', path: `${base}/holdouts/audit/retire`, access: 'engineer', summary: 'Let old audit images train, once a newer audit holdout has taken their place', params: projectParams, reply: retiredHoldoutSchema,
      handle: async ({ project, actor }) => deps.records.retireAuditHoldout(project.id, actor.id),
    }),
    route({
      method: 'get', path: `${base}/{number}`, access: 'annotator', summary: 'One dataset version', params: oneParams, reply: datasetVersionSchema,
      handle: async ({ project, params }) => tell(await byNumber(project.id, params.number)),
    }),
    route({
      method: 'get', path: `${base}/{number}/rows`, access: 'engineer', summary: 'Its images, labels and sides', params: oneParams,
      query: z.strictObject({ after: z.string().max(64).optional(), limit: z.coerce.number().int().min(1).max(5000).default(1000) }), reply: pageOf(manifestRowSchema),
      handle: async ({ project, params, query }) => {
        const items = [...(await readPage(deps, project.id, (await byNumber(project.id, params.number)).rootDigest, query.after ?? '', query.limit))];
        return { items, next: items.length === query.limit ? (items.at(-1)?.sha256 ?? null) : null };
      },
    }),
    route({
      method: 'post', path: `${base}/{number}/verify`, access: 'engineer', summary: 'Hold every object against its digest', params: oneParams, query: verifyQuerySchema, reply: datasetVerifySchema,
      handle: async ({ project, params, query }) => {
        const exists = (row: ManifestRow): Promise<boolean> => deps.store.exists(`projects/${project.id}/images/${row.sha256}`);
        const { objects, images, damaged } = await verifyManifest(deps, project.id, (await byNumber(project.id, params.number)).rootDigest, exists, query.part);
        return { number: params.number, objects, images, damaged: [...damaged] };
      },
    }),
    route({
      method: 'get', path: `${base}/{number}/export`, access: 'engineer', summary: 'As COCO or Parquet', params: oneParams, query: z.strictObject({ format: z.enum(['coco', 'parquet']) }), reply: 'raw',
      handle: async ({ project, params, query, response }) => {
        const rows = await readManifest(deps, project.id, (await byNumber(project.id, params.number)).rootDigest);
        const classes = await deps.classes(project.id);
        if (query.format === 'coco') return void response.type('application/json').send(JSON.stringify(cocoOf(rows, classes)));
        response.type('application/vnd.apache.parquet').send(Buffer.from(parquetOf(rows, classes)));
      },
    }),
  ];
}

/** Plain COCO with integer ids; the image's own id stands beside. */
function cocoOf(rows: readonly ManifestRow[], classes: readonly ProjectClass[]): object {
  return {
    info: { description: 'Exported by Perennial', version: '1.0' },
    categories: classes.map(({ classId, name }) => ({ id: classId, name })),
    images: rows.map((row, id) => ({ id, file_name: `${row.split}/${row.sha256}`, perennial_id: row.imageId })),
    annotations: rows.map((row, id) => ({ id, image_id: id, category_id: row.classId })),
  };
}

function parquetOf(rows: readonly ManifestRow[], classes: readonly ProjectClass[]): ArrayBuffer {
  const names = new Map(classes.map(({ classId, name }) => [classId, name]));
  const text = (name: string, data: string[]) => ({ name, data, type: 'STRING' as const });
  return parquetWriteBuffer({
    columnData: [
      text('image_id', rows.map((row) => row.imageId)), text('sha256', rows.map((row) => row.sha256)), { name: 'class_id', data: rows.map((row) => row.classId), type: 'INT32' as const },
      text('class', rows.map((row) => names.get(row.classId) ?? '')), text('split', rows.map((row) => row.split)), text('group', rows.map((row) => row.group)), text('label_id', rows.map((row) => row.labelId)),
    ],
  });
}
