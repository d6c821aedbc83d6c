import type { Clock, ModelRegistry, ObjectStore } from '../../domain/ports.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { ImportRecords, UnregisteredImport } from '../../domain/ports-imports.ts';
import { registeredModelOf } from './register-run.ts';

export interface RegisterImportsDependencies {
  readonly imports: ImportRecords;
  readonly registry: ModelRegistry;
  readonly store: ObjectStore;
  readonly clock: Clock;
}

const atOnce = 10;
/** MLflow refuses longer values of parameters. */
const valueLengthMax = 500;

/**
 * Tells the registry of the model versions that came from outside since the last look. What fails is tried again at the
 * next; a second try finds what the first one made by its key.
 * @throws PerennialError REGISTRY_UNAVAILABLE, STORE_UNAVAILABLE
 */
export async function registerImports(deps: RegisterImportsDependencies): Promise<number> {
  const waiting = await deps.imports.unregistered(atOnce);
  const failures: unknown[] = [];
  for (const each of waiting) {
    // One that the registry does not take keeps none of the others.
    await register(deps, each).then((mlflow) => deps.imports.registered(each, mlflow)).catch((error: unknown) => { failures.push(error); });
  }
  if (failures.length > 0) throw failures[0];
  return waiting.length;
}

async function register({ registry, store, clock }: RegisterImportsDependencies, { projectSlug, version, run }: UnregisteredImport): Promise<{ version: string; runId: string }> {
  const { artifactKey, preprocessing, dimensions } = version;
  if (artifactKey === null || preprocessing === null) throw new PerennialError('INTERNAL', 'An imported model version has no artifact.');
  const model = registeredModelOf(projectSlug);
  await registry.ensureModel(model);
  const tags = { 'perennial.run': run.id, 'perennial.key': version.key, 'perennial.kind': 'imported', 'perennial.reason': run.reason };
  const { runId } = await registry.startRun({ experiment: model, name: `import-${version.number}`, tags, startedAt: run.startedAt });
  await registry.logRun(runId, { parameters: parametersOf(run.parameters), metrics: run.metrics ?? {} });
  const batch = run.parameters['batch'] === 'one' ? 1 : -1;
  const { width, height } = preprocessing;
  const classes = Number(run.parameters['classes'] ?? 0);
  const registered = await registry.registerVersion({
    model, runId, key: version.key, onnx: await store.get(artifactKey), input: { name: 'image', shape: [batch, 3, height, width] }, tags,
    outputs: [{ name: 'probabilities', shape: [batch, classes] }, { name: 'logits', shape: [batch, classes] }, { name: 'embedding', shape: [batch, dimensions ?? 0] }],
    inputExample: new Float32Array(3 * width * height),
  });
  await registry.endRun(runId, 'FINISHED', clock.now());
  return { version: registered.version, runId };
}

/** How the model was told, as the registry's pages show it: one text a name. */
function parametersOf(parameters: Readonly<Record<string, unknown>>): Record<string, string> {
  const { specification, sha256, byteSize, fileName, embedding, batch } = parameters;
  const flat = { ...(specification as object), sha256, byteSize, fileName, embedding, batch };
  return Object.fromEntries(Object.entries(flat).filter(([, value]) => value != null).map(([name, value]) => [name, (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, valueLengthMax)]));
}
