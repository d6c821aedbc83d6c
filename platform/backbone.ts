import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { PlatformContext, Say } from './context.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { ensurePythonEnvironment, pythonOf } from './python.ts';
import { runTool } from './run-tool.ts';
import { findMlflow } from './services/mlflow-program.ts';
import { setupFailed } from './setup-error.ts';

const factsSchema = z.looseObject({ path: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/), byteSize: z.number().int().positive() });
const stampSchema = z.object({ source: z.string(), facts: factsSchema });
export type BackboneFacts = z.output<typeof factsSchema>;

/** Pins of what the backbone step imports and no more. */
const requirements = 'trainer/requirements-backbone.txt';

/**
 * The default backbone as one ONNX file, made once from the published weights and checked by digest at every start.
 * @returns where it is and what it is (width of the embedding, preprocessing, digests)
 * @throws PerennialError SETUP_FAILED when the weights cannot be fetched or are not the pinned ones
 */
export async function ensureBackbone(context: PlatformContext, say: Say): Promise<BackboneFacts> {
  const folder = join(context.toolsDir, 'backbones');
  const stampFile = join(folder, 'default.json');
  const source = sourceDigest(context.root);
  const stamp = stampSchema.safeParse(readJsonFile(stampFile));
  if (stamp.success && stamp.data.source === source && isWhole(stamp.data.facts)) return stamp.data.facts;
  const python = await backbonePython(context, say);
  say('making the backbone from published weights (17 MB, once)');
  const printed = await runTool(context, {
    command: python,
    args: ['-m', 'perennial_trainer.backbone', '--out', folder, '--json'],
    env: { PYTHONPATH: join(context.root, 'trainer'), PYTHONDONTWRITEBYTECODE: '1' },
    log: 'set-up',
    doing: 'Making the default backbone',
    wayOut: 'check the network and start again, or set BACKBONE_FILE to an ONNX file of your own.',
  });
  const facts = factsSchema.parse(JSON.parse(printed.trim().split('\n').at(-1) ?? ''));
  if (!isWhole(facts)) throw setupFailed('The backbone file is not the one that was made: free some disk space and start again.');
  writeJsonFile(stampFile, { source, facts });
  return facts;
}

/** A Python with `onnx` and `numpy`: the one behind MLflow where that is ours, else a small one of its own. */
async function backbonePython(context: PlatformContext, say: Say): Promise<string> {
  const given = context.environment['PERENNIAL_PYTHON'];
  if (given !== undefined && given !== '') return given;
  if (!context.environment['MLFLOW_TRACKING_URI']) {
    const mlflow = await findMlflow(context, say);
    if (mlflow.source === 'fetched') return mlflow.python;
  }
  return pythonOf(await ensurePythonEnvironment(context, requirements, say));
}

function sourceDigest(root: string): string {
  const folder = join(root, 'trainer', 'perennial_trainer');
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.py')).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}

const isWhole = (facts: BackboneFacts): boolean => existsSync(facts.path) && createHash('sha256').update(readFileSync(facts.path)).digest('hex') === facts.sha256;
