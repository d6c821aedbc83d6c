import { v7 as uuidv7 } from 'uuid';
import type { Acceptance, AcceptanceBatch, AcceptanceRequest } from '../../domain/ports-predictions.ts';

/** Rows by table: each is one parameter, as JSON, of one statement. */
export type RowsByTable = Readonly<Record<Table, readonly object[]>>;
type Table = keyof typeof columnsOf;

/** Columns that are written; what is left out has its default. Columns and rows are held against the schema by the medium tests. */
const columnsOf = {
  RefusedImage: ['id', 'projectId', 'sha256', 'fileName', 'code', 'receivedAt', 'sentBy'],
  Arrival: ['id', 'projectId', 'imageId', 'cameraId', 'burstKey', 'fileName', 'exifTime', 'capturedAt', 'receivedAt', 'sentBy', 'clientKey'],
  EmbeddingBlock: ['id', 'projectId', 'weightsDigest', 'preprocessingDigest', 'objectKey', 'rows', 'dimensions', 'sha256'],
  ImageEmbedding: ['imageId', 'weightsDigest', 'preprocessingDigest', 'projectId', 'blockId', 'offset'],
  Prediction: [
    'id', 'projectId', 'imageId', 'arrivalId', 'modelVersionId', 'policyVersionId', 'purpose', 'probabilities', 'topClassId', 'confidence', 'rawScore', 'margin', 'novelty',
    'blockId', 'blockOffset', 'audit', 'auditShare', 'eventAt',
  ],
  Flag: ['id', 'projectId', 'predictionId', 'reason', 'value', 'threshold'],
  ReviewItem: ['id', 'projectId', 'imageId', 'predictionId', 'purpose', 'blind', 'value', 'burstKey', 'standsFor', 'state', 'answersWanted'],
  KeyedReply: ['client', 'key', 'bodyHash', 'status', 'reply'],
} as const;
const tables = Object.keys(columnsOf) as Table[];

/** INSERT of rows given as JSON, the nth parameter. */
export function insertInto(table: string, columns: readonly string[], parameter: number, onConflict = ''): string {
  const names = columns.map((name) => `"${name}"`).join(', ');
  return `INSERT INTO "${table}" (${names}) SELECT ${names} FROM json_populate_recordset(NULL::"${table}", $${parameter}::json)${onConflict}`;
}

/** Everything but cameras and images, whose ids must be known before: one statement, one round trip. */
export const insertRows = `WITH ${tables.slice(0, -1).map((table, at) => `w${at} AS (${insertInto(table, columnsOf[table], at + 1, table === 'ImageEmbedding' ? ' ON CONFLICT DO NOTHING' : '')})`).join(', ')}
  ${insertInto('KeyedReply', columnsOf.KeyedReply, tables.length)}`;
export const parametersOf = (rows: RowsByTable): string[] => tables.map((table) => JSON.stringify(rows[table]));

/** What the rows of a batch need beside it. */
export interface Known {
  readonly imageIds: ReadonlyMap<string, string>;
  readonly cameraIds: ReadonlyMap<string, string>;
  readonly receivedAt: Date;
  /** The item in whose place this one is not asked, by item id; an item that is not in it stands for itself. */
  readonly standsFor: ReadonlyMap<string, string>;
  /** The reply of each request, as JSON text. */
  readonly replies: readonly string[];
}

export function rowsOf(batch: AcceptanceBatch, known: Known): RowsByTable {
  const { projectId, block, requests } = batch;
  const { receivedAt } = known;
  const all = requests.flatMap((request) => request.acceptances.map((each) => ({ ...each, request })));
  const imageIdOf = (each: Acceptance): string => known.imageIds.get(each.image.sha256) as string;
  const predicted = all.flatMap((each) => (each.prediction === null ? [] : [{ each, prediction: each.prediction }]));
  const arrivalOf = (each: Acceptance & { request: AcceptanceRequest }) => {
    const { camera, ...arrival } = each.arrival;
    const { sentBy, key } = each.request;
    return { ...arrival, projectId, imageId: imageIdOf(each), cameraId: camera === null ? null : (known.cameraIds.get(camera) ?? null), sentBy, clientKey: key, receivedAt };
  };
  const { weightsDigest, preprocessingDigest } = block ?? { weightsDigest: '', preprocessingDigest: '' };
  return {
    RefusedImage: requests.flatMap(({ refused, sentBy }) => refused.map((each) => ({ ...each, projectId, sentBy, receivedAt }))),
    Arrival: all.map(arrivalOf),
    EmbeddingBlock: block === null ? [] : [{ ...block, projectId }],
    ImageEmbedding: block === null ? [] : all.map((each) => ({ imageId: imageIdOf(each), weightsDigest, preprocessingDigest, projectId, blockId: block.id, offset: each.embedding.row })),
    Prediction: predicted.map(({ each, prediction: { flags: _flags, item: _item, ...prediction } }) => ({
      ...prediction, projectId, imageId: imageIdOf(each), arrivalId: each.arrival.id, blockId: each.embedding.blockId, blockOffset: each.embedding.row, eventAt: each.arrival.capturedAt ?? receivedAt,
    })),
    Flag: predicted.flatMap(({ prediction }) => prediction.flags.map((flag) => ({ id: uuidv7(), projectId, predictionId: prediction.id, ...flag }))),
    ReviewItem: predicted.flatMap(({ each, prediction }) => (prediction.item === null ? [] : [{
      ...prediction.item, projectId, imageId: imageIdOf(each), predictionId: prediction.id, burstKey: each.arrival.burstKey, standsFor: known.standsFor.get(prediction.item.id) ?? null, state: 'waiting',
    }])),
    KeyedReply: requests.map(({ sentBy, key, bodyHash }, at) => ({ client: sentBy, key, bodyHash, status: 200, reply: known.replies[at] })),
  };
}
