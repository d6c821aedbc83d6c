import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { predictionSchema } from '../contracts/predictions.ts';
import { type RetrainState, retrainStateSchema } from '../contracts/models.ts';
import { writeStream } from '../demo/generator/write-stream.ts';
import { defaultPolicy, type Policy } from '../domain/policy.ts';
import { type House, sha256 } from './house.ts';

export interface Picture {
  readonly bytes: Uint8Array;
  readonly label: string;
  readonly sha256: string;
}

/** Pictures of the synthetic first season, by seed; the same for the same seed. */
export async function drawPictures(seed: number, perPeriod: number): Promise<readonly Picture[]> {
  const out = mkdtempSync(join(tmpdir(), 'perennial-pictures-'));
  try {
    await writeStream({ out, seed, perPeriod, drawings: 'usual' });
    const rows = parse(readFileSync(join(out, 'index.csv'), 'utf8'), { columns: true }) as { path: string; label: string; period: string }[];
    const [first] = rows;
    return rows.filter((row) => row.period === first?.period).map((row) => {
      const bytes = readFileSync(join(out, row.path));
      return { bytes, label: row.label, sha256: sha256(bytes) };
    });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** No picture is this sharp. A first model of few images may be wrong at a confidence of exactly 1, which no threshold on confidence catches. */
const everySharpness = 1e9;

/** Everything is asked about, half of it for the audit: twenty answers then hold both something to learn and something to judge by. */
export function askAboutAll(gate: Partial<Policy['gate']>): Policy {
  return {
    ...defaultPolicy,
    audit: { share: 0.5 },
    flagging: { ...defaultPolicy.flagging, confidenceMin: 1, marginMin: 1, sharpnessMin: everySharpness, burstSeconds: 0, nearDuplicateBits: -1 },
    review: { ...defaultPolicy.review, shareMax: 1, blindShare: 0 },
    retrain: { afterLabels: 0, labelsMin: 1 },
    gate: { ...defaultPolicy.gate, evidenceMin: 4, ...gate },
  };
}

/** Waits until a retrain has ended and tells how. */
export async function awaitRetrain(house: House, project: string, started: RetrainState): Promise<RetrainState> {
  for (let tries = 0; tries < 300; tries += 1) {
    const state = await house.call('GET', `/v1/projects/${project}/retrains/${started.id}`, retrainStateSchema);
    if (state.state !== 'running') return state;
    await new Promise((resolve) => { setTimeout(resolve, 300); });
  }
  throw new Error('the retrain did not end');
}

/** A project with a first champion made from labelled pictures, through the HTTP api as the command line does it. */
export async function coldStart(house: House, project: string, classes: readonly string[], pictures: readonly Picture[], policy: Policy): Promise<RetrainState> {
  await house.call('POST', '/v1/projects', z.unknown(), { slug: project, name: project, classes, policy });
  for (const picture of pictures) {
    const { status, json } = await house.send(`/v1/projects/${project}/images`, picture.bytes);
    if (status >= 300) throw new Error(`an image was not taken: ${status} ${JSON.stringify(json)}`);
  }
  await house.call('POST', `/v1/projects/${project}/labels/import`, z.unknown(), { labels: pictures.map((each) => ({ sha256: each.sha256, className: each.label })) });
  const started = await house.call('POST', `/v1/projects/${project}/retrains`, retrainStateSchema, { kind: 'cold_start', reason: 'first model' });
  return awaitRetrain(house, project, started);
}

/** Posts pictures for prediction; answers with the predictions in order. */
export async function predict(house: House, project: string, pictures: readonly Picture[]): Promise<z.output<typeof predictionSchema>[]> {
  const predictions = [];
  for (const picture of pictures) {
    const { status, json } = await house.send(`/v1/projects/${project}/predictions`, picture.bytes);
    if (status !== 200) throw new Error(`no prediction: ${status} ${JSON.stringify(json)}`);
    predictions.push(predictionSchema.parse(json));
  }
  return predictions;
}
