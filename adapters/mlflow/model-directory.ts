import { createHash } from 'node:crypto';

export interface ModelTensor {
  readonly name: string;
  /** −1 for the size of the batch. */
  readonly shape: readonly number[];
}

export interface ModelDirectoryInput {
  readonly runId: string;
  readonly key: string;
  readonly onnx: Uint8Array;
  readonly input: ModelTensor;
  readonly outputs: readonly ModelTensor[];
  readonly inputExample?: Float32Array;
  readonly mlflowVersion: string;
  readonly createdAt: Date;
}

export interface ModelFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** The folder of a run's artifacts that holds the model. */
export const modelFolder = 'model';
const pythonVersion = '3.11.0';

/**
 * MLflow's model directory (mlflow.org/docs/latest/ml/model): an MLmodel file with the flavours `onnx` and
 * `python_function`, the ONNX file, and what an environment needs to run it. MLflow's own Python client loads it.
 */
export function modelDirectory(input: ModelDirectoryInput): ModelFile[] {
  const requirements = [`mlflow==${input.mlflowVersion}`, 'onnx>=1.17', 'onnxruntime>=1.20'];
  const text = (path: string, lines: readonly string[], mediaType = 'text/plain'): ModelFile =>
    ({ path, bytes: new TextEncoder().encode(`${lines.join('\n')}\n`), mediaType });
  const example = input.inputExample === undefined ? [] : [text('input_example.json', [exampleOf(input.input, input.inputExample)], 'application/json')];
  return [
    text('MLmodel', mlmodel(input, example.length > 0)),
    { path: 'model.onnx', bytes: input.onnx, mediaType: 'application/octet-stream' },
    text('requirements.txt', requirements),
    text('conda.yaml', ['name: mlflow-env', 'channels:', '- conda-forge', 'dependencies:', `- python=${pythonVersion}`, '- pip', '- pip:', ...requirements.map((line) => `  - ${line}`)]),
    text('python_env.yaml', [`python: ${pythonVersion}`, 'build_dependencies:', '- pip', '- setuptools', '- wheel', 'dependencies:', '- -r requirements.txt']),
    ...example,
  ];
}

/** Strings are written as JSON, which is YAML too, so that no value can change the file's structure. */
function mlmodel({ runId, key, onnx, input, outputs, mlflowVersion, createdAt }: ModelDirectoryInput, hasExample: boolean): string[] {
  const quote = (value: string): string => JSON.stringify(value);
  return [
    `artifact_path: ${modelFolder}`,
    'flavors:',
    '  onnx:',
    '    data: model.onnx',
    '    onnx_session_options: null',
    '    providers:',
    '    - CUDAExecutionProvider',
    '    - CPUExecutionProvider',
    '  python_function:',
    '    data: model.onnx',
    '    env:',
    '      conda: conda.yaml',
    '      virtualenv: python_env.yaml',
    '    loader_module: mlflow.onnx',
    `    python_version: ${pythonVersion}`,
    `mlflow_version: ${mlflowVersion}`,
    `model_size_bytes: ${onnx.byteLength}`,
    // The same key always names the same model, so a second try leaves no second identity behind.
    `model_uuid: ${quote(createHash('sha256').update(key).digest('hex').slice(0, 32))}`,
    `run_id: ${quote(runId)}`,
    ...(hasExample ? ['saved_input_example_info:', '  artifact_path: input_example.json', '  type: ndarray'] : []),
    'signature:',
    `  inputs: ${quote(schemaOf([input]))}`,
    `  outputs: ${quote(schemaOf(outputs))}`,
    '  params: null',
    `utc_time_created: ${quote(createdAt.toISOString().replace('T', ' ').replace('Z', ''))}`,
  ];
}

function schemaOf(tensors: readonly ModelTensor[]): string {
  return JSON.stringify(tensors.map(({ name, shape }) => ({ name, type: 'tensor', 'tensor-spec': { dtype: 'float32', shape } })));
}

/** `{ "<name>": nested arrays }` with a batch of one. */
function exampleOf({ name, shape }: ModelTensor, values: Float32Array): string {
  const sizes = shape.map((size) => (size < 0 ? 1 : size));
  if (sizes.reduce((product, size) => product * size, 1) !== values.length) {
    throw new RangeError(`an input example of ${values.length} values does not fill ${sizes.join(' × ')}`);
  }
  return JSON.stringify({ [name]: nest(Array.from(values), sizes) });
}

function nest(values: readonly number[], [, ...inner]: readonly number[]): unknown {
  if (inner.length === 0) return values;
  const step = inner.reduce((product, size) => product * size, 1);
  return Array.from({ length: values.length / step }, (_, i) => nest(values.slice(i * step, (i + 1) * step), inner));
}
