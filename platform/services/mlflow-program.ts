import { readFileSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import type { PlatformContext, Say } from '../context.ts';
import { ask, findOnPath, isWithin, readVersion } from '../on-path.ts';
import { ensurePythonEnvironment, pythonOf } from '../python.ts';

export type FoundMlflow = { python: string; version: string; source: 'path' | 'fetched' };

/** Pins of MLflow's environment, which also reads and writes ONNX. */
export const mlflowRequirements = 'trainer/requirements-mlflow.txt';

/** The Python that runs MLflow: behind an `mlflow` on PATH from 3.10 below 4 that can reach S3, else one of our own. */
export async function findMlflow(context: PlatformContext, say: Say): Promise<FoundMlflow> {
  const onPath = await fromPath(context);
  if (onPath !== undefined) return onPath;
  const folder = await ensurePythonEnvironment(context, mlflowRequirements, say);
  const pins = readFileSync(`${context.root}/${mlflowRequirements}`, 'utf8');
  return { python: pythonOf(folder), version: /^mlflow==(.+)$/m.exec(pins)?.[1]?.trim() ?? '3', source: 'fetched' };
}

async function fromPath(context: PlatformContext): Promise<FoundMlflow | undefined> {
  const program = findOnPath('mlflow', context.environment);
  if (program === undefined) return undefined;
  // The first line of an installed Python command names the Python that it belongs to.
  const python = /^#!(\S*python[\d.]*)\s*$/m.exec(readFileSync(realpathSync(program), 'latin1').slice(0, 500))?.[1];
  if (python === undefined || !basename(python).startsWith('python')) return undefined;
  const printed = await ask(python, ['-c', 'import boto3, mlflow.version as v; print(v.VERSION)'], context.environment);
  const version = readVersion(printed);
  return isWithin(version, [3, 10, 0], [4, 0, 0]) ? { python, version: version!.join('.'), source: 'path' } : undefined;
}
