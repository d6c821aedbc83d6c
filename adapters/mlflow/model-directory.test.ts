import { describe, expect, it } from 'vitest';
import { modelDirectory } from './model-directory.ts';

const input = {
  runId: 'r"1', key: 'key', onnx: new Uint8Array([1, 2, 3]), input: { name: 'image', shape: [-1, 1, 2, 2] }, outputs: [{ name: 'p', shape: [-1, 2] }],
  inputExample: Float32Array.from([0, 0.25, 0.5, 1]), mlflowVersion: '3.17.2', createdAt: new Date('2026-09-01T12:00:00.500Z'),
};
const textOf = (path: string, change = {}): string => Buffer.from(modelDirectory({ ...input, ...change }).find((file) => file.path === path)?.bytes ?? []).toString();

describe('the model directory', () => {
  it('holds what MLflow looks for, and the example only where there is one', () => {
    const paths = ['MLmodel', 'model.onnx', 'requirements.txt', 'conda.yaml', 'python_env.yaml'];
    expect(modelDirectory(input).map(({ path }) => path)).toEqual([...paths, 'input_example.json']);
    const { inputExample: _, ...without } = input;
    expect(modelDirectory(without).map(({ path }) => path)).toEqual(paths);
    expect(Buffer.from(modelDirectory(without)[0]?.bytes ?? []).toString()).not.toContain('saved_input_example_info');
  });
  it('writes the signature as JSON in a string, and lets no value change the structure', () => {
    const line = /^ {2}inputs: (.*)$/m.exec(textOf('MLmodel'))?.[1] ?? '';
    expect(JSON.parse(JSON.parse(line) as string)).toEqual([{ name: 'image', type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 1, 2, 2] } }]);
    expect(textOf('MLmodel')).toContain('run_id: "r\\"1"\n');
  });
  it('gives the same key the same identity, and another key another', () => {
    expect(textOf('MLmodel')).toBe(textOf('MLmodel'));
    expect(/model_uuid: "[0-9a-f]{32}"/.exec(textOf('MLmodel'))?.[0]).not.toBe(/model_uuid: "[0-9a-f]{32}"/.exec(textOf('MLmodel', { key: 'other' }))?.[0]);
  });
  it('nests the example as a batch of one, and refuses one of another size', () => {
    expect(JSON.parse(textOf('input_example.json'))).toEqual({ image: [[[[0, 0.25], [0.5, 1]]]] });
    expect(() => textOf('MLmodel', { inputExample: new Float32Array(3) })).toThrow(RangeError);
  });
  it('asks for the MLflow that it was registered with', () => {
    expect(textOf('requirements.txt').split('\n')[0]).toBe('mlflow==3.17.2');
    expect(textOf('conda.yaml')).toContain('  - mlflow==3.17.2\n');
  });
});
