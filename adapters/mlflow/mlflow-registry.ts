import { z } from 'zod';
import { PerennialError } from '../../domain/errors.ts';
import type { Clock, ModelRegistry } from '../../domain/ports.ts';
import { createMlflowClient, type MlflowClient, type MlflowOptions, MlflowRefusal } from './mlflow-client.ts';
import { modelDirectory, modelFolder } from './model-directory.ts';

/** The tag that holds the caller's key, by which a second try finds what the first one made. */
export const keyTag = 'perennial.key';

const nothing = z.object({});
const experimentSchema = z.object({ experiment: z.object({ experiment_id: z.string(), lifecycle_stage: z.string().optional() }) });
const createdExperimentSchema = z.object({ experiment_id: z.string() });
const runSchema = z.object({ run: z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string() }) }) });
const runsSchema = z.object({ runs: z.array(runSchema.shape.run).default([]) });
const versionSchema = z.object({ version: z.string(), source: z.string() });
const createdVersionSchema = z.object({ model_version: versionSchema });
const versionsSchema = z.object({ model_versions: z.array(versionSchema).default([]) });
const modelSchema = z.object({ registered_model: z.object({ aliases: z.array(z.object({ alias: z.string(), version: z.string() })).default([]) }) });

/** How many parameters or tags, and how many metrics, MLflow takes in one batch. */
const batchSizes = { params: 100, metrics: 500, tags: 100 } as const;

/**
 * MLflow 3 by its REST API: runs with parameters, metrics, datasets and artifacts, registered versions and aliases.
 * Needs a server that hands artifacts on itself (`--serve-artifacts`). @see ModelRegistry
 */
export function createMlflowRegistry({ clock, ...options }: MlflowOptions & { readonly clock: Clock }): ModelRegistry {
  const client = createMlflowClient(options);
  const putArtifact: ModelRegistry['putArtifact'] = async (runId, path, bytes, mediaType = 'application/octet-stream') =>
    client.upload(`${await artifactRoot(client, runId)}/${path}`, bytes, mediaType);
  const registry: ModelRegistry = {
    async ensureModel(name) {
      await client.post('registered-models/create', { name }, nothing).catch(unless('RESOURCE_ALREADY_EXISTS', undefined));
    },
    async startRun({ experiment, name, tags, startedAt }) {
      const experimentId = await experimentIdOf(client, experiment);
      const key = tags[keyTag];
      const earlier = key === undefined ? undefined : await runByKey(client, experimentId, key);
      if (earlier !== undefined) return { runId: earlier };
      const body = { experiment_id: experimentId, run_name: name, start_time: startedAt.getTime(), tags: pairsOf(tags) };
      return { runId: (await client.post('runs/create', body, runSchema)).run.info.run_id };
    },
    async logRun(runId, { parameters = {}, metrics = {}, tags = {}, step = 0 }) {
      const timestamp = clock.now().getTime();
      // MLflow takes values that are not numbers by name: "NaN", "Infinity".
      const figures = Object.entries(metrics).map(([key, value]) => ({ key, value: Number.isFinite(value) ? value : String(value), timestamp, step }));
      for (const [field, entries] of [['params', pairsOf(parameters)], ['metrics', figures], ['tags', pairsOf(tags)]] as const) {
        for (let from = 0; from < entries.length; from += batchSizes[field]) {
          await client.post('runs/log-batch', { run_id: runId, [field]: entries.slice(from, from + batchSizes[field]) }, nothing);
        }
      }
    },
    async logDataset(runId, { name, digest, source, profile }) {
      const dataset = { name, digest: digest.slice(0, 36), source_type: 'perennial', source: JSON.stringify({ uri: source }), profile };
      await client.post('runs/log-inputs', { run_id: runId, datasets: [{ dataset, tags: [{ key: 'mlflow.data.context', value: 'training' }] }] }, nothing);
    },
    putArtifact,
    async endRun(runId, status, endedAt) {
      await client.post('runs/update', { run_id: runId, status, end_time: endedAt.getTime() }, nothing);
    },
    async registerVersion(version) {
      const earlier = await versionByKey(client, version.model, version.key);
      if (earlier !== undefined) return earlier;
      const mlflowVersion = (await client.text('version')).trim();
      for (const file of modelDirectory({ ...version, mlflowVersion, createdAt: clock.now() })) {
        await putArtifact(version.runId, `${modelFolder}/${file.path}`, file.bytes, file.mediaType);
      }
      const source = `runs:/${version.runId}/${modelFolder}`;
      const tags = pairsOf({ ...version.tags, [keyTag]: version.key });
      const created = await client.post('model-versions/create', { name: version.model, source, run_id: version.runId, tags }, createdVersionSchema);
      return created.model_version;
    },
    async setAlias(name, alias, version) {
      await client.post('registered-models/alias', { name, alias, version }, nothing);
    },
    async aliasOf(name, alias) {
      const found = await client.get('registered-models/get', { name }, modelSchema).catch(unless('RESOURCE_DOES_NOT_EXIST', null));
      return found?.registered_model.aliases.find((each) => each.alias === alias)?.version ?? null;
    },
    async check() { await client.text('health'); },
  };
  return withOurErrors(registry);
}

async function experimentIdOf(client: MlflowClient, name: string): Promise<string> {
  const find = () => client.get('experiments/get-by-name', { experiment_name: name }, experimentSchema);
  const found = await find().catch(unless('RESOURCE_DOES_NOT_EXIST', undefined));
  if (found === undefined) {
    const created = await client.post('experiments/create', { name }, createdExperimentSchema).catch(unless('RESOURCE_ALREADY_EXISTS', undefined));
    return created?.experiment_id ?? (await find()).experiment.experiment_id;
  }
  const { experiment_id, lifecycle_stage } = found.experiment;
  // Someone removed it by hand in MLflow; its name stays taken, so it is brought back rather than refused for ever.
  if (lifecycle_stage === 'deleted') await client.post('experiments/restore', { experiment_id }, nothing);
  return experiment_id;
}

async function runByKey(client: MlflowClient, experimentId: string, key: string): Promise<string | undefined> {
  const { runs } = await client.post('runs/search', { experiment_ids: [experimentId], filter: `tags."${keyTag}" = ${quoted(key)}`, max_results: 1 }, runsSchema);
  return runs[0]?.info.run_id;
}

async function versionByKey(client: MlflowClient, model: string, key: string): Promise<{ version: string; source: string } | undefined> {
  const filter = `name = ${quoted(model)} AND tags."${keyTag}" = ${quoted(key)}`;
  return (await client.get('model-versions/search', { filter, max_results: '1' }, versionsSchema)).model_versions[0];
}

/** MLflow's filters have no way to escape a quote, so the quote that is not in the text is taken. */
function quoted(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('"')) return `"${text}"`;
  throw new RangeError('a key must not hold both kinds of quotes');
}

/** Where MLflow keeps a run's artifacts, below the root of those it hands on. */
async function artifactRoot(client: MlflowClient, runId: string): Promise<string> {
  const { run } = await client.get('runs/get', { run_id: runId }, runSchema);
  const address = new URL(run.info.artifact_uri);
  if (address.protocol !== 'mlflow-artifacts:') {
    throw new PerennialError('CONFIG_INVALID', 'MLflow does not hand artifacts on: start it with --serve-artifacts.', { scheme: address.protocol });
  }
  return address.pathname.replace(/^\/+/, '');
}

function pairsOf(values: Record<string, string>): { key: string; value: string }[] {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}

/** Takes one refusal of MLflow's for an answer. */
function unless<T>(code: string, answer: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof MlflowRefusal && error.code === code) return answer;
    throw error;
  };
}

/** What MLflow refuses is our mistake and no use trying again; its text stays in `cause`. */
function withOurErrors(registry: ModelRegistry): ModelRegistry {
  const guard = <A extends unknown[], R>(act: (...given: A) => Promise<R>) => async (...given: A): Promise<R> => {
    try {
      return await act(...given);
    } catch (error) {
      if (!(error instanceof MlflowRefusal)) throw error;
      throw new PerennialError('INTERNAL', 'The model registry refused what it was sent.', { status: error.status, refusal: error.code }, { cause: error });
    }
  };
  return {
    ensureModel: guard(registry.ensureModel),
    startRun: guard(registry.startRun),
    logRun: guard(registry.logRun),
    logDataset: guard(registry.logDataset),
    putArtifact: guard(registry.putArtifact),
    endRun: guard(registry.endRun),
    registerVersion: guard(registry.registerVersion),
    setAlias: guard(registry.setAlias),
    aliasOf: guard(registry.aliasOf),
    check: guard(registry.check),
  };
}
