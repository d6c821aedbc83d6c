import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createOnnxMatrixProducts } from '../adapters/onnx/matrix-products.ts';
import { createRandom, randomNormal } from '../statistics/random.ts';
import { fitHead, l2OfC } from '../training/fit-head.ts';
import type { BenchOptions, Measure } from './bench.ts';
import { type LabelledMatrix, startRetrainHouse } from './retrain-house.ts';

export const name = 'light retrain';
export const figure = 'P4';
export const target = '10,000 × 1,280 embeddings within 1.5 × the time of scikit-learn’s LogisticRegression and to its loss (1e-4); freeze → registered challenger ≤ 30 s';

/** Regularisation of scikit-learn's default, and the weaker one that embeddings of length 1 want. */
const strengths = [1, 100];

/** Embeddings of length 1 about one centre a class, near enough that classes mix, as a backbone's do. */
function made(n: number, d: number, classes: number): LabelledMatrix {
  const random = createRandom(4);
  const centres = Float32Array.from({ length: classes * d }, () => randomNormal(random));
  const labels = Int32Array.from({ length: n }, (_, at) => at % classes);
  const embeddings = new Float32Array(n * d);
  for (let row = 0; row < n; row += 1) {
    let squares = 0;
    for (let at = 0; at < d; at += 1) {
      const value = Math.max(0, 0.5 + 0.12 * centres[labels[row]! * d + at]! + randomNormal(random));
      embeddings[row * d + at] = value;
      squares += value * value;
    }
    const length = Math.sqrt(squares);
    for (let at = 0; at < d; at += 1) embeddings[row * d + at]! /= length;
  }
  return { n, d, classes, embeddings, labels };
}

interface Fit { readonly seconds: number; readonly loss: number }

/** scikit-learn in a process of its own that keeps the numbers; each call fits once. */
async function startSklearn(python: string, folder: string, { n, d }: LabelledMatrix, c: number) {
  const child = spawn(python, ['trainer/bench_sklearn.py', join(folder, 'x'), join(folder, 'y'), '--rows', String(n), '--columns', String(d), '--c', String(c)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Fit> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('scikit-learn ended: is it installed in that Python?');
    return JSON.parse(value as string) as Fit;
  };
  await answer();
  return { fit: () => { child.stdin.write('\n'); return answer(); }, end: () => { child.stdin.end(); } };
}

/** Our fit of the same objective; binding the matrix is part of it. */
async function ours({ n, d, classes, embeddings, labels }: LabelledMatrix, c: number, threads: number): Promise<Fit> {
  const start = performance.now();
  const bound = await createOnnxMatrixProducts({ threads }).bind(embeddings, n, d);
  const { loss } = await fitHead(bound, { classes, labels, sampleWeights: new Float32Array(n).fill(1) }, { l2: l2OfC(c, classes) });
  await bound.release();
  return { seconds: (performance.now() - start) / 1000, loss };
}

async function besideSklearn(matrix: LabelledMatrix, python: string | undefined, turns: number, say: BenchOptions['say']): Promise<Measure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-bench-fit-'));
  const threads = cpus().length;
  const measures: Measure[] = [];
  try {
    writeFileSync(join(folder, 'x'), matrix.embeddings);
    writeFileSync(join(folder, 'y'), matrix.labels);
    for (const c of strengths) {
      const sklearn = python === undefined ? null : await startSklearn(python, folder, matrix, c);
      await ours(matrix, c, threads);
      const [mine, theirs]: [Fit[], Fit[]] = [[], []];
      for (let turn = 0; turn < turns; turn += 1) {
        const acts = [async () => { mine.push(await ours(matrix, c, threads)); }, async () => { if (sklearn !== null) theirs.push(await sklearn.fit()); }];
        for (const act of turn % 2 === 0 ? acts : acts.toReversed()) await act();
        say(`C = ${c}, turn ${turn + 1} of ${turns}: ${mine.at(-1)!.seconds.toFixed(2)} s to ${mine.at(-1)!.loss.toFixed(6)}${sklearn === null ? '' : `, scikit-learn ${theirs.at(-1)!.seconds.toFixed(2)} s to ${theirs.at(-1)!.loss.toFixed(6)}`}`);
      }
      sklearn?.end();
      const of = `seconds of a fit, ${matrix.n} × ${matrix.d}, C = ${c}`;
      if (sklearn === null) measures.push({ of, ours: mine.map((fit) => fit.seconds) });
      else {
        measures.push(
          { of, ours: mine.map((fit) => fit.seconds), against: { name: 'scikit-learn', samples: theirs.map((fit) => fit.seconds) }, mark: { atMost: 1.5 } },
          { of: `loss above scikit-learn’s, C = ${c}`, ours: mine.map((fit, turn) => fit.loss - theirs[turn]!.loss), mark: { atMost: 1e-4 } },
        );
      }
    }
    return measures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `--set python=PROGRAM` of a virtual environment with scikit-learn; `--set turns=N`. */
export async function run({ quick, backbone, set, say }: BenchOptions): Promise<readonly Measure[]> {
  const turns = Number(set['turns'] ?? (quick ? 1 : 5));
  const matrix = quick ? made(600, 1_280, 4) : made(10_000, 1_280, 10);
  if (set['python'] === undefined) say('no --set python=PROGRAM: scikit-learn is not run');
  const measures = await besideSklearn(matrix, set['python'], turns, say);
  if (backbone === undefined) {
    say('no --backbone FILE: freeze → registered challenger is not run');
    return measures;
  }
  const house = await startRetrainHouse(new Uint8Array(readFileSync(backbone)), matrix, cpus().length);
  try {
    const seconds: number[] = [];
    for (let turn = 0; turn < Math.min(turns, 3); turn += 1) {
      await house.relabel(50);
      seconds.push(await house.freezeToRegistered());
      say(`freeze → registered challenger, ${matrix.n} images: ${seconds.at(-1)!.toFixed(1)} s`);
    }
    return [...measures, { of: `seconds from freeze to registered challenger, ${matrix.n} images`, ours: seconds, mark: { atMost: 30 } }];
  } finally {
    await house.stop();
  }
}
