import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { modelRegistryContract, tinyVersion } from '../../testing/contracts/model-registry.contract.ts';
import { createMlflowRegistry } from './mlflow-registry.ts';

const trackingUri = process.env['MLFLOW_TRACKING_URI'] ?? '';
const python = process.env['PERENNIAL_PYTHON'] ?? 'python3';
const clock = { now: () => new Date('2026-09-01T12:00:00Z') };
const create = () => createMlflowRegistry({ trackingUri, clock });
modelRegistryContract('MLflow', create);

/** MLflow's own Python client, which knows nothing of us. */
async function ask(script: string, ...given: string[]): Promise<unknown> {
  const env = { ...process.env, MLFLOW_TRACKING_URI: trackingUri, MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: 'false' };
  const { stdout } = await promisify(execFile)(python, ['-W', 'ignore', '-c', script, ...given], { env, timeout: 110_000 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null');
}

describe('MLflow’s own client', () => {
  const model = `own-client-${Math.random().toString(36).slice(2)}`;
  const registered = (async () => {
    const registry = create();
    await registry.ensureModel(model);
    const { runId } = await registry.startRun({ experiment: model, name: 'light-1', tags: { 'perennial.kind': 'light' }, startedAt: clock.now() });
    await registry.logRun(runId, { parameters: { c: '0.1' }, metrics: { accuracy: 0.94 } });
    await registry.logDataset(runId, { name: 'cams-v1', digest: 'ab'.repeat(40), source: 'perennial:dataset/1', profile: '{"images":12}' });
    await registry.putArtifact(runId, 'plots/lines.svg', new TextEncoder().encode('<svg/>'), 'image/svg+xml');
    const { version } = await registry.registerVersion(tinyVersion(model, runId, `${model}-key`));
    await registry.setAlias(model, 'champion', version);
    await registry.endRun(runId, 'FINISHED', clock.now());
    return runId;
  })();
  // Where a service is missing, the tests below say so; the promise is awaited there.
  registered.catch(() => {});

  it('sees the run, its dataset, its plots and the version with its tags', async () => {
    const seen = await ask(`
import json, sys, mlflow
client = mlflow.MlflowClient()
run = client.get_run(sys.argv[2])
version = client.get_model_version_by_alias(sys.argv[1], "champion")
print(json.dumps({"status": run.info.status, "name": run.info.run_name, "params": run.data.params, "metrics": run.data.metrics,
  "datasets": [[each.dataset.name, len(each.dataset.digest)] for each in run.inputs.dataset_inputs],
  "plots": [each.path for each in client.list_artifacts(sys.argv[2], "plots")],
  "version": version.version, "run": version.run_id, "state": version.status, "tags": version.tags}))
`, model, await registered);
    expect(seen).toEqual({
      status: 'FINISHED', name: 'light-1', params: { c: '0.1' }, metrics: { accuracy: 0.94 }, datasets: [['cams-v1', 36]], plots: ['plots/lines.svg'],
      version: '1', run: await registered, state: 'READY', tags: { 'perennial.kind': 'light', 'perennial.key': `${model}-key` },
    });
  }, 120_000);

  it('loads the model by name and alias, with its signature and example', async () => {
    await registered;
    const seen = await ask(`
import json, sys, mlflow, mlflow.onnx
from mlflow.models import Model
uri = f"models:/{sys.argv[1]}@champion"
loaded = mlflow.onnx.load_model(uri)
folder = mlflow.artifacts.download_artifacts(uri)
info = Model.load(folder)
example = info.load_input_example(folder)["image"]
print(json.dumps({"inputs": [each.name for each in loaded.graph.input], "outputs": [each.name for each in info.signature.outputs.inputs],
  "shape": list(info.signature.inputs.inputs[0].shape), "example": [list(example.shape), str(example.dtype)]}))
`, model);
    expect(seen).toEqual({ inputs: ['image'], outputs: ['probabilities'], shape: [-1, 3, 2, 2], example: [[1, 3, 2, 2], 'float32'] });
  }, 120_000);

  it('runs the model as a python_function', async () => {
    await registered;
    const seen = await ask(`
import json, sys, mlflow, numpy
model = mlflow.pyfunc.load_model(f"models:/{sys.argv[1]}@champion")
answer = model.predict({"image": numpy.arange(12, dtype=numpy.float32).reshape(1, 3, 2, 2)})
print(json.dumps({name: values.tolist() for name, values in answer.items()}))
`, model);
    expect(seen).toEqual({ probabilities: [[1.5, 5.5, 9.5]] });
  }, 120_000);
});

describe('a registry that does not answer', () => {
  const failing = async (answer: (respond: import('node:http').ServerResponse) => void, timeoutMs: number): Promise<unknown> => {
    const server = createServer((_, respond) => answer(respond)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      return await createMlflowRegistry({ trackingUri: `http://127.0.0.1:${port}`, clock, timeoutMs }).ensureModel('x').then(() => 'answered', (error: unknown) => error);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };
  it('is named by our code: nothing there, too slow, in trouble, not MLflow', async () => {
    const unavailable = { code: 'REGISTRY_UNAVAILABLE' };
    await expect(createMlflowRegistry({ trackingUri: 'http://127.0.0.1:9', clock }).check()).rejects.toMatchObject(unavailable);
    expect(await failing(() => {}, 200)).toMatchObject(unavailable);
    expect(await failing((respond) => respond.writeHead(503).end('busy'), 5_000)).toMatchObject(unavailable);
    expect(await failing((respond) => respond.end('<html>'), 5_000)).toMatchObject(unavailable);
  });
  it('is told apart from a refusal', async () => {
    expect(await failing((respond) => respond.writeHead(400).end('{"error_code":"INVALID_PARAMETER_VALUE","message":"no"}'), 5_000))
      .toMatchObject({ code: 'INTERNAL', details: { status: 400, refusal: 'INVALID_PARAMETER_VALUE' } });
  });
});
