import type { Preprocessing } from '../../domain/preprocessing.ts';
import type { RunningCost } from '../../domain/running-costs.ts';
import { createOnnxSession } from './session.ts';

/** Runs before the clock counts: memory is laid out and pages are in. */
const warmUps = 3;
/** A slow model is timed for no longer than this, in ms; the runs until then are told. */
const longestMs = 6_000;

const peakBytes = (): number => process.resourceUsage().maxRSS * 1024;

/**
 * Times runs of one image on one thread. Memory is what loading and running added to this process, whose peak before is that
 * of a program that has read the file and done nothing with it; so the file itself is counted beside it.
 * @param runs most runs that are timed, 1 or more
 */
export async function timeRuns(bytes: Uint8Array, preprocessing: Preprocessing, runs: number): Promise<RunningCost> {
  const before = peakBytes();
  const { width, height } = preprocessing;
  const session = await createOnnxSession(bytes, { threads: 1, warmUp: false, inputSize: [3, height, width] });
  const picture = Float32Array.from({ length: 3 * width * height }, (_, at) => Math.sin(at));
  const latenciesMs: number[] = [];
  const start = performance.now();
  for (let at = -warmUps; at < runs && performance.now() - start < longestMs; at += 1) {
    const began = performance.now();
    await session.run(picture, 1, ['embedding']);
    // A single warm-up is enough for a model that takes seconds.
    if (at >= 0 || performance.now() - start > longestMs / 2) latenciesMs.push(performance.now() - began);
  }
  return { latenciesMs, memoryBytes: bytes.byteLength + Math.max(0, peakBytes() - before) };
}
