import pg from 'pg';
import { z } from 'zod';
import { createMinioStore } from '../adapters/object-store/minio-store.ts';
import { datasetVerifySchema } from '../contracts/datasets.ts';
import { type House, sha256, until } from './house.ts';
import type { Entry, Ledger } from './ledger.ts';
import type { WorkflowsSeen } from './workflows-seen.ts';

/** One promise held against what is stored: how many things were looked at, and what was wrong. */
export interface Finding {
  readonly what: string;
  readonly looked: number;
  readonly wrong: readonly string[];
}

export interface CheckInput {
  readonly house: House;
  readonly ledger: Ledger;
  readonly workflows: WorkflowsSeen;
  /** Ids by slug. */
  readonly projects: ReadonlyMap<string, string>;
}

type Row = Record<string, string | number | boolean | null>;

/** Holds the ledger against Postgres, the object store, Temporal, MLflow and serving. */
export async function checkAll(input: CheckInput): Promise<readonly Finding[]> {
  const client = new pg.Client({ connectionString: input.house.ownerUrl });
  await client.connect();
  const rows = async (sql: string, values: unknown[] = []): Promise<Row[]> => (await client.query<Row>(sql, values)).rows;
  const none = async (what: string, counted: string, sql: string): Promise<Finding> => ({
    what, looked: Number((await rows(`SELECT count(*)::int AS n FROM ${counted}`))[0]?.['n']), wrong: (await rows(sql)).map((row) => JSON.stringify(row)),
  });
  try {
    return [
      answered(input.ledger),
      ...await predictions(input, rows),
      ...await annotations(input, rows),
      await asked(input, rows, 'round', 'ReviewRound', "split_part(\"key\", '/', 2)", (row) => ({ roundId: String(row['id']) })),
      await asked(input, rows, 'retrain', 'Run', "split_part(\"key\", '/', 1)", (row) => ({ workflowRunId: String(row['workflowRunId']) })),
      await asked(input, rows, 'promotion', 'Promotion', "split_part(\"key\", '/', 2)", (row) => ({ sequence: String(row['sequence']) })),
      await none('a settled item has one answer that counts', '"ReviewItem" WHERE "state" = \'settled\'', `
        SELECT i."id", (SELECT count(*) FROM "Annotation" a WHERE a."reviewItemId" = i."id") AS answers FROM "ReviewItem" i
        WHERE i."state" = 'settled' AND (SELECT count(*) FROM "Annotation" a WHERE a."reviewItemId" = i."id") <> 1`),
      await none('an image has one label that holds', '(SELECT DISTINCT "imageId" FROM "Label") t', `
        SELECT "imageId", count(*) AS labels FROM "Label" l WHERE NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = l."id") GROUP BY "imageId" HAVING count(*) <> 1`),
      await none('a round has the items it says', '"ReviewRound"', `
        SELECT r."id", r."itemCount", count(i."id") AS items FROM "ReviewRound" r LEFT JOIN "ReviewItem" i ON i."roundId" = r."id" GROUP BY r."id" HAVING count(i."id") <> r."itemCount"`),
      await none('every run ended, with one model version and one MLflow run', '"Run"', `
        SELECT r."id", r."state", r."mlflowRunId", (SELECT count(*) FROM "ModelVersion" v WHERE v."runId" = r."id") AS versions FROM "Run" r
        WHERE r."state" <> 'done' OR r."mlflowRunId" IS NULL OR (SELECT count(*) FROM "ModelVersion" v WHERE v."runId" = r."id") <> 1`),
      await none('dataset versions are numbered without a gap, each from its parent', '"DatasetVersion"', `
        SELECT d."number", d."projectId", d."parentId" FROM "DatasetVersion" d LEFT JOIN "DatasetVersion" p ON p."id" = d."parentId"
        WHERE d."number" <> COALESCE(p."number", 0) + 1`),
      await none('promotions follow one another without a gap', '"Promotion"', `
        SELECT p."projectId", p."sequence", p."fromId", b."toId" AS before FROM "Promotion" p LEFT JOIN "Promotion" b ON b."projectId" = p."projectId" AND b."sequence" = p."sequence" - 1
        WHERE p."fromId" IS DISTINCT FROM b."toId"`),
      await none('a challenger is evaluated once a gate report', '"Evaluation"', `
        SELECT e."modelVersionId", e."holdout", count(*) AS evaluations FROM "Evaluation" e GROUP BY 1, 2
        HAVING count(*) > (SELECT count(*) FROM "GateReport" g WHERE g."challengerId" = e."modelVersionId")`),
      await none('rounds were told of their settled items', '"Outbox"', 'SELECT "id" FROM "Outbox" WHERE "deliveredAt" IS NULL'),
      await none('no key is left without its reply', '"KeyedReply"', 'SELECT "client", "key" FROM "KeyedReply" WHERE "status" IS NULL'),
      await manifests(input, rows),
      await artifacts(input, rows),
      await executions(input),
      await registry(input, rows),
    ];
  } finally {
    await client.end();
  }
}

type Ask = (sql: string, values?: unknown[]) => Promise<Row[]>;

/** A hold that was lost; nothing to go back to. Neither may have had an effect: the checks of effects hold them against it. */
const refusalsThatMayBe = ['REVIEW_LEASE_EXPIRED', 'REVIEW_ITEM_SETTLED', 'PROMOTION_NOTHING_TO_ROLL_BACK'];

function answered(ledger: Ledger): Finding {
  const entries = ledger.entries();
  const wrong = entries.filter((each) => each.outcome === 'sent').map((each) => `${each.effect} ${each.key} never had an answer`);
  const refused = entries.filter((each) => each.outcome === 'refused' && !refusalsThatMayBe.includes(each.answer['code'] ?? ''));
  return { what: 'every request came to an answer, and refusals are true ones', looked: entries.length, wrong: [...wrong, ...refused.map((each) => `${each.effect} ${each.key}: ${each.answer['code']}`)] };
}

async function predictions({ house, ledger }: CheckInput, rows: Ask): Promise<Finding[]> {
  const stored = Map.groupBy(await rows(`
    SELECT a."clientKey" AS key, a."id" AS "arrivalId", a."imageId", i."sha256", i."objectKey", p."id", p."blockId",
           (SELECT count(*)::int FROM "ReviewItem" r WHERE r."predictionId" = p."id") AS items, (SELECT b."objectKey" FROM "EmbeddingBlock" b WHERE b."id" = p."blockId") AS block
    FROM "Arrival" a JOIN "Image" i ON i."id" = a."imageId" LEFT JOIN "Prediction" p ON p."arrivalId" = a."id"`), (row) => String(row['key']));
  const store = storeOf(house);
  const objects = new Map<string, Promise<string | null>>();
  const digestOf = (key: string): Promise<string | null> => {
    const found = objects.get(key) ?? store.get(key).then(sha256, () => null);
    objects.set(key, found);
    return found;
  };
  const entries = ledger.entries('prediction');
  const wrong: string[] = [];
  for (const entry of entries) {
    const own = stored.get(entry.key) ?? [];
    if (own.length > 1) wrong.push(`${entry.key} is there ${own.length} times`);
    if (entry.outcome !== 'acknowledged') continue;
    const [row] = own;
    if (row === undefined) wrong.push(`${entry.key} was acknowledged and is not there`);
    else if (!same(entry, row)) wrong.push(`${entry.key} was acknowledged as ${JSON.stringify(entry.answer)} and is ${JSON.stringify(row)}`);
    else if (row['items'] !== 1) wrong.push(`${entry.key} has ${row['items']} review items`);
    else if (await digestOf(String(row['objectKey'])) !== row['sha256']) wrong.push(`${entry.key}: its object is missing or another`);
    else if (!(await store.exists(String(row['block'])))) wrong.push(`${entry.key}: its embedding is missing`);
  }
  const doubled = await rows('SELECT "projectId", "sha256", count(*) AS n FROM "Image" GROUP BY 1, 2 HAVING count(*) > 1');
  const embedded = await rows('SELECT i."id" FROM "Image" i WHERE NOT EXISTS (SELECT 1 FROM "ImageEmbedding" e WHERE e."imageId" = i."id")');
  return [
    { what: 'an acknowledged prediction is there once, with its image, object, embedding and one review item', looked: entries.length, wrong },
    { what: 'an image is there once and embedded', looked: objects.size, wrong: [...doubled, ...embedded].map((row) => JSON.stringify(row)) },
  ];
}

const same = (entry: Entry, row: Row): boolean => Object.entries(entry.answer).every(([name, value]) => String(row[name]) === value);

async function annotations({ ledger }: CheckInput, rows: Ask): Promise<Finding[]> {
  const stored = Map.groupBy(await rows('SELECT "id", "clientKey", "reviewItemId", "classId" FROM "Annotation"'), (row) => String(row['clientKey']));
  const entries = ledger.entries('annotation');
  const wrong = entries.flatMap((entry) => {
    const own = stored.get(entry.key) ?? [];
    if (own.length > 1) return [`${entry.key} is there ${own.length} times`];
    if (entry.outcome === 'refused' && own.length > 0) return [`${entry.key} was refused (${entry.answer['code']}) and is there`];
    if (entry.outcome !== 'acknowledged') return [];
    const [row] = own;
    return row?.['id'] === entry.answer['annotationId'] && row?.['reviewItemId'] === entry.about['itemId'] && String(row?.['classId']) === entry.about['classId'] ? [] : [`${entry.key} was acknowledged and is ${JSON.stringify(row)}`];
  });
  const unknown = [...stored.keys()].filter((key) => !entries.some((entry) => entry.key === key));
  return [{ what: 'an acknowledged annotation is there once; a refused one is not', looked: entries.length, wrong: [...wrong, ...unknown.map((key) => `nobody sent ${key}`)] }];
}

/** Effects that a key asks for once: at most one record each, and the one that was acknowledged. */
async function asked({ ledger }: CheckInput, rows: Ask, effect: Entry['effect'], table: string, keyOf: string, answerOf: (row: Row) => Record<string, string>): Promise<Finding> {
  const stored = Map.groupBy(await rows(`SELECT *, ${keyOf} AS asked FROM "${table}"`), (row) => String(row['asked']));
  const entries = ledger.entries(effect);
  const wrong = entries.flatMap((entry) => {
    const own = stored.get(entry.key) ?? [];
    if (own.length > 1) return [`${effect} ${entry.key} had its effect ${own.length} times`];
    if (entry.outcome === 'refused' && own.length > 0) return [`${effect} ${entry.key} was refused (${entry.answer['code']}) and had its effect`];
    if (entry.outcome !== 'acknowledged' || own.length === 0) return [];
    const found = answerOf(own[0] as Row);
    return Object.entries(found).every(([name, value]) => entry.answer[name] === value) ? [] : [`${effect} ${entry.key} was acknowledged as ${JSON.stringify(entry.answer)} and is ${JSON.stringify(found)}`];
  });
  const lost = effect === 'retrain' ? [] : entries.filter((entry) => entry.outcome === 'acknowledged' && Object.values(entry.answer).every((value) => value !== '') && !stored.has(entry.key)).map((entry) => `${effect} ${entry.key} was acknowledged and is not there`);
  return { what: `a ${effect} that was asked for happened once`, looked: entries.length, wrong: [...wrong, ...lost] };
}

async function manifests({ house, projects }: CheckInput, rows: Ask): Promise<Finding> {
  const wrong: string[] = [];
  const versions = await rows('SELECT "projectId", "number" FROM "DatasetVersion"');
  for (const { projectId, number } of versions) {
    const slug = [...projects].find(([, id]) => id === projectId)?.[0] ?? '';
    const { damaged } = await house.call('POST', `/v1/projects/${slug}/datasets/${number}/verify`, datasetVerifySchema);
    if (damaged.length > 0) wrong.push(`${slug} ${number}: ${damaged.join(', ')}`);
  }
  return { what: 'every object of every dataset version is there and is what its name says', looked: versions.length, wrong };
}

async function artifacts({ house }: CheckInput, rows: Ask): Promise<Finding> {
  const store = storeOf(house);
  const versions = await rows('SELECT "number", "projectId", "artifactKey", "artifactSha256" FROM "ModelVersion"');
  const wrong: string[] = [];
  for (const version of versions) {
    const digest = await store.get(String(version['artifactKey'])).then(sha256, () => 'missing');
    if (digest !== version['artifactSha256']) wrong.push(`${JSON.stringify(version)}: ${digest}`);
  }
  return { what: 'the artifact of a model version is there and is what its row says', looked: versions.length, wrong };
}

const storeOf = ({ env }: House) => createMinioStore({ endpoint: env['S3_ENDPOINT'] ?? '', accessKey: env['S3_ACCESS_KEY'] ?? '', secretKey: env['S3_SECRET_KEY'] ?? '', bucket: env['S3_BUCKET'] ?? 'perennial' });

async function executions({ ledger, workflows, projects }: CheckInput): Promise<Finding> {
  const wrong: string[] = [];
  const all = (await Promise.all([...projects.values()].map((id) => workflows.executions(`WorkflowId STARTS_WITH '${id}/'`)))).flat();
  for (const each of all) if (each.status.name !== 'COMPLETED') wrong.push(`${each.workflowId} ${each.status.name}`);
  const retrains = all.filter(({ type }) => type === 'retrainLight');
  const keys = new Map<string, string[]>();
  for (const { workflowId, runId } of retrains) {
    const key = await workflows.keyOf(workflowId, runId);
    keys.set(key, [...(keys.get(key) ?? []), runId]);
  }
  for (const entry of ledger.entries('retrain')) {
    const started = keys.get(entry.key) ?? [];
    if (started.length > 1) wrong.push(`the retrain ${entry.key} was started ${started.length} times`);
    if (entry.outcome === 'acknowledged' && started[0] !== entry.answer['workflowRunId']) wrong.push(`the retrain ${entry.key} was acknowledged as ${entry.answer['workflowRunId']} and is ${started[0]}`);
  }
  return { what: 'every workflow ended well, a retrain ran once for its key', looked: all.length, wrong };
}

const mlflowVersionSchema = z.object({ version: z.string(), run_id: z.string(), aliases: z.array(z.string()).default([]), tags: z.array(z.object({ key: z.string(), value: z.string() })).default([]) });
const mlflowVersionsSchema = z.object({ model_versions: z.array(mlflowVersionSchema).default([]) });
const mlflowModelSchema = z.object({ registered_model: z.object({ aliases: z.array(z.object({ alias: z.string(), version: z.string() })).default([]) }) });
const mlflowRunsSchema = z.object({ runs: z.array(z.object({ info: z.object({ run_id: z.string(), status: z.string() }) })).default([]) });
const servingSchema = z.object({ projects: z.array(z.object({ project: z.string(), modelVersionId: z.string() })) });

/** Versions and runs in MLflow are those of the records, one each; and within 30 s all agree on the champion. */
async function registry({ house, projects }: CheckInput, rows: Ask): Promise<Finding> {
  const wrong: string[] = [];
  const tracking = `${house.env['MLFLOW_TRACKING_URI']}/api/2.0/mlflow`;
  const get = async <T extends z.ZodType>(path: string, query: Record<string, string>, schema: T): Promise<z.output<T>> => schema.parse(await (await fetch(`${tracking}/${path}?${new URLSearchParams(query)}`)).json());
  const post = async <T extends z.ZodType>(path: string, body: object, schema: T): Promise<z.output<T>> => schema.parse(await (await fetch(`${tracking}/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).json());
  let looked = 0;
  for (const [slug, id] of projects) {
    const name = `perennial-${slug}`;
    const own = await rows('SELECT v."id", v."key", v."mlflowVersion", r."mlflowRunId" FROM "ModelVersion" v JOIN "Run" r ON r."id" = v."runId" WHERE v."projectId" = $1', [id]);
    const { model_versions: versions } = await get('model-versions/search', { filter: `name = '${name}'`, max_results: '1000' }, mlflowVersionsSchema);
    looked += versions.length;
    const text = (list: readonly string[]): string => list.toSorted().join(' ');
    const theirs = text(versions.map((each) => `${each.version} ${each.run_id} ${each.tags.find((tag) => tag.key === 'perennial.key')?.value}`));
    const ours = text(own.map((each) => `${each['mlflowVersion']} ${each['mlflowRunId']} ${each['key']}`));
    if (theirs !== ours) wrong.push(`${slug}: MLflow has the versions ${theirs}; the records have ${ours}`);
    const { experiment } = await get('experiments/get-by-name', { experiment_name: name }, z.object({ experiment: z.object({ experiment_id: z.string() }) }));
    const { runs } = await post('runs/search', { experiment_ids: [experiment.experiment_id], max_results: 1000 }, mlflowRunsSchema);
    if (text(runs.map((run) => run.info.run_id)) !== text(own.map((each) => String(each['mlflowRunId'])))) wrong.push(`${slug}: MLflow has ${runs.length} runs, the records ${own.length}`);
    for (const { info } of runs) if (info.status !== 'FINISHED') wrong.push(`${slug}: MLflow's run ${info.run_id} is ${info.status}`);
    const champion = (await rows('SELECT v."id", v."mlflowVersion" FROM "Promotion" p JOIN "ModelVersion" v ON v."id" = p."toId" WHERE p."projectId" = $1 ORDER BY p."sequence" DESC LIMIT 1', [id]))[0];
    const agree = async (): Promise<boolean> => {
      const { registered_model: { aliases } } = await get('registered-models/get', { name }, mlflowModelSchema);
      const serving = servingSchema.parse(await (await fetch(`${house.servingUrl}/v1/serving`)).json());
      return aliases.find(({ alias }) => alias === 'champion')?.version === champion?.['mlflowVersion'] && serving.projects.find(({ project }) => project === slug)?.modelVersionId === champion?.['id'];
    };
    await until('agreement on the champion', agree, 30).catch(() => wrong.push(`${slug}: registry, records and serving do not agree on the champion`));
  }
  return { what: 'MLflow has the same runs and versions; registry, records and serving agree on the champion within 30 s', looked, wrong };
}
