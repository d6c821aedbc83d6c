import { PerennialError } from '../../domain/errors.ts';
import type { ModelRegistry } from '../../domain/ports.ts';

export interface MemoryRun {
  readonly experiment: string;
  readonly name: string;
  readonly tags: Record<string, string>;
  readonly parameters: Record<string, string>;
  readonly metrics: Record<string, number>;
  readonly datasets: { name: string; digest: string; source: string; profile: string }[];
  readonly artifacts: Map<string, Uint8Array>;
  status: 'RUNNING' | 'FINISHED' | 'FAILED';
}

export interface MemoryModel {
  readonly versions: { key: string; runId: string; source: string; tags: Record<string, string>; onnx: Uint8Array }[];
  readonly aliases: Map<string, string>;
}

/** A model registry in memory; held to MLflow by testing/contracts/model-registry.contract.ts. */
export function createMemoryModelRegistry(): ModelRegistry & { readonly runs: Map<string, MemoryRun>; readonly models: Map<string, MemoryModel> } {
  const runs = new Map<string, MemoryRun>();
  const models = new Map<string, MemoryModel>();
  const runOf = (runId: string): MemoryRun => runs.get(runId) ?? refuse('RESOURCE_DOES_NOT_EXIST');
  const modelOf = (name: string): MemoryModel => models.get(name) ?? refuse('RESOURCE_DOES_NOT_EXIST');
  return {
    runs,
    models,
    async ensureModel(name) {
      if (!models.has(name)) models.set(name, { versions: [], aliases: new Map() });
    },
    async startRun({ experiment, name, tags }) {
      const key = tags['perennial.key'];
      const earlier = [...runs].find(([, run]) => key !== undefined && run.experiment === experiment && run.tags['perennial.key'] === key);
      if (earlier !== undefined) return { runId: earlier[0] };
      const runId = String(runs.size + 1).padStart(32, 'f');
      runs.set(runId, { experiment, name, tags: { ...tags }, parameters: {}, metrics: {}, datasets: [], artifacts: new Map(), status: 'RUNNING' });
      return { runId };
    },
    async logRun(runId, { parameters, metrics, tags }) {
      const run = runOf(runId);
      Object.assign(run.parameters, parameters);
      Object.assign(run.metrics, metrics);
      Object.assign(run.tags, tags);
    },
    async logDataset(runId, dataset) { runOf(runId).datasets.push(dataset); },
    async putArtifact(runId, path, bytes) { runOf(runId).artifacts.set(path, bytes.slice()); },
    async endRun(runId, status) { runOf(runId).status = status; },
    async registerVersion({ model, runId, key, tags, onnx }) {
      const { versions } = modelOf(model);
      const earlier = versions.findIndex((version) => version.key === key);
      const source = `runs:/${runId}/model`;
      if (earlier >= 0) return { version: String(earlier + 1), source: versions[earlier]?.source ?? source };
      runOf(runId).artifacts.set('model/model.onnx', onnx.slice());
      versions.push({ key, runId, source, tags: { ...tags }, onnx: onnx.slice() });
      return { version: String(versions.length), source };
    },
    async setAlias(model, alias, version) {
      const { aliases, versions } = modelOf(model);
      if (versions[Number(version) - 1] === undefined) refuse('RESOURCE_DOES_NOT_EXIST');
      aliases.set(alias, version);
    },
    async aliasOf(model, alias) { return models.get(model)?.aliases.get(alias) ?? null; },
    async check() { /* always there */ },
  };
}

function refuse(refusal: string): never {
  throw new PerennialError('INTERNAL', 'The model registry refused what it was sent.', { status: 404, refusal });
}
