import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ProjectApi } from '../../cli/api.ts';
import { Refusal } from '../../cli/failures.ts';
import type { RetrainState } from '../../contracts/models.ts';
import { createRandom, randomNormal } from '../../statistics/random.ts';
import { createPlainMatrixProducts } from '../../training/plain-matrix-products.ts';
import type { LoadedStream } from './load.ts';
import type { ReplayOptions } from './options.ts';
import { runReplay } from './run-replay.ts';
import type { StreamImage } from './stream.ts';

const options: ReplayOptions = { project: 'p', stream: '-', seed: 1, learn: 0.6, budget: 0.25, roundsPerPeriod: 3, errorRate: 0, onCannotTell: 'wait' };

/** Two classes on a plane; in the second period both lie elsewhere, so that a model of the first is wrong there. */
function makeStream(): LoadedStream {
  const random = createRandom(7);
  const places: Record<string, readonly [number, number]> = { 'green fox': [3, 0], 'green hare': [0, 3], 'snow fox': [-3, 1], 'snow hare': [1, -3] };
  const bytes = new Map<string, Uint8Array<ArrayBuffer>>();
  const images = ['green', 'snow'].flatMap((period) => Array.from({ length: 120 }, (_, i): StreamImage => {
    const label = i % 2 === 0 ? 'fox' : 'hare';
    const [x, y] = places[`${period} ${label}`] as readonly [number, number];
    const path = `${period}/${i}`;
    bytes.set(path, new TextEncoder().encode(JSON.stringify([x + 0.6 * randomNormal(random), y + 0.6 * randomNormal(random), 1])));
    return { path, label, period, camera: null, capturedAt: null, group: path, burst: null };
  }));
  return { images, classes: ['fox', 'hare'], duplicates: 0, bytesOf: async (image) => bytes.get(image.path) as Uint8Array<ArrayBuffer> };
}

const uuidOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
const vectorOf = (bytes: Uint8Array): number[] => JSON.parse(new TextDecoder().decode(bytes)) as number[];
type Known = { vector: number[]; classId: number };

/** A system in memory: the nearest labelled image answers, the first image asked about is the first reviewed. */
function makeSystem(verdict: 'pass' | 'hold' | 'cannot_tell', difference: number | null = 0) {
  const stored = new Map<string, number[]>();
  const arrived = new Map<string, number[]>();
  const labels: Known[] = [];
  const versions: Known[][] = [];
  const log = { rounds: [] as { itemsMax: number; items: number }[], annotated: [] as string[], promotions: [] as unknown[] };
  let champion = 0;
  let waiting: string[] = [];
  let items: string[] = [];
  const answer = (vector: number[], version: number): number => {
    const distance = (known: Known): number => known.vector.reduce((sum, value, at) => sum + (value - (vector[at] ?? 0)) ** 2, 0);
    return (versions[version - 1] ?? []).reduce((best, known) => (distance(known) < distance(best) ? known : best)).classId;
  };
  const round = () => ({ id: 'round', number: log.rounds.length, state: 'closed', reason: '', itemCount: log.rounds.at(-1)?.items ?? 0, settled: 0, openedAt: '', deadlineAt: '', closedAt: '', closedBecause: '' });
  const api = {
    storeImage: async ({ bytes }: { bytes: Uint8Array }) => void stored.set(createHash('sha256').update(bytes).digest('hex'), vectorOf(bytes)),
    importLabels: async (given: { sha256: string; className: string }[]) => {
      for (const { sha256, className } of given) labels.push({ vector: stored.get(sha256) as number[], classId: ['fox', 'hare'].indexOf(className) });
      return { created: given.length, unchanged: 0, unknownImages: [] };
    },
    retrain: async ({ kind }: { kind: string }): Promise<RetrainState> => {
      versions.push([...labels]);
      const number = versions.length;
      const promoted = kind === 'cold_start' || verdict === 'pass';
      const gate = kind === 'cold_start' ? null : { id: 'g', champion, challenger: number, verdict, sentence: 'A sentence.', createdAt: '', checks: [{ name: 'overall', answer: verdict, sentence: '', images: 1, difference, lower: null, upper: null, margin: 0.01, moreLabels: null }] };
      if (promoted) champion = number;
      return { id: 'r', state: 'done', step: 'done', why: null, challenger: number, gate, promoted };
    },
    show: async () => ({ champion: { number: champion } }),
    predictMany: async (images: { bytes: Uint8Array<ArrayBuffer>; fileName: string }[]) => ({
      results: images.map(({ bytes }) => {
        const imageId = uuidOf(new TextDecoder().decode(bytes));
        arrived.set(imageId, vectorOf(bytes));
        waiting.push(imageId);
        return { outcome: 'predicted', prediction: { imageId, top: { classId: answer(vectorOf(bytes), champion) } } };
      }),
    }),
    openRound: async ({ itemsMax }: { itemsMax: number }) => {
      items = waiting.slice(0, itemsMax);
      waiting = [];
      log.rounds.push({ itemsMax, items: items.length });
      return { outcome: 'done', why: '', round: round() };
    },
    closeRound: async () => {
      throw new Refusal('REVIEW_ROUND_NOT_FOUND', 404, 'closed already');
    },
    rounds: async () => ({ items: [round()], next: null }),
    claim: async () => ({ items: items.slice(0, 20).map((imageId) => ({ id: `item ${imageId}`, imageId, fence: 1 })) }),
    annotate: async (item: string, body: { classId: number }) => {
      const imageId = item.slice(5);
      items = items.filter((each) => each !== imageId);
      log.annotated.push(imageId);
      labels.push({ vector: arrived.get(imageId) as number[], classId: body.classId });
    },
    promote: async (number: number, body: unknown) => {
      champion = number;
      log.promotions.push(body);
    },
    tryImage: async (bytes: Uint8Array, { modelVersion = champion }: { modelVersion?: number }) => ({ top: { classId: answer(vectorOf(bytes), modelVersion) }, embedding: vectorOf(bytes) }),
  } as unknown as ProjectApi;
  return { api, log, arrived, stored };
}

async function replay(system: ReturnType<typeof makeSystem>, more: Partial<ReplayOptions> = {}) {
  return runReplay({ engineer: system.api, annotator: system.api, stream: makeStream(), products: createPlainMatrixProducts(), now: () => 0, say: () => undefined, progress: () => ({ step: () => undefined, end: () => undefined }) }, { ...options, ...more });
}

describe('runReplay', () => {
  it('counts what the loop gained over the first model, within the budget', async () => {
    const system = makeSystem('pass');
    const [green, snow] = await replay(system);
    expect(green).toMatchObject({ arrivals: 72, rounds: 0, versions: 1, promotions: 1, reviewed: 0, onArrival: null });
    expect(green?.accuracy.static).toBe(green?.accuracy.loop);
    expect(snow).toMatchObject({ arrivals: 72, rounds: 3, versions: 3, promotions: 3, onCannotTell: 0, reviewed: 18, onArrival: { of: 72 } });
    expect(snow?.accuracy.loop).toBeGreaterThan(snow?.accuracy.static ?? Infinity);
    expect(snow?.gainedShare).toBeGreaterThan(0.5);
    expect(system.log.rounds.map((each) => each.itemsMax)).toEqual([6, 6, 6]);
  });
  it('counts answers on arrival before anything about the image is known', async () => {
    const [, held] = await replay(makeSystem('hold'));
    expect(held?.promotions).toBe(0);
    expect(held?.accuracy.loop).toBe(held?.accuracy.static);
    expect(held?.notes).toHaveLength(3);
    // With no promotion every arrival was answered by the first model: as right as that model is on this period.
    expect(Math.abs((held?.accuracy.onArrival ?? 1) - (held?.accuracy.static ?? 0))).toBeLessThan(0.2);
  });
  it('lets the engineer decide where the gate cannot tell, and counts that apart', async () => {
    const system = makeSystem('cannot_tell', 0);
    const [, snow] = await replay(system);
    expect(snow).toMatchObject({ promotions: 3, onCannotTell: 3 });
    expect(system.log.promotions[0]).toMatchObject({ expectChampion: 1 });
    expect((await replay(makeSystem('cannot_tell', -0.1)))[1]).toMatchObject({ promotions: 0, onCannotTell: 0 });
  });
  it('never stores or predicts an exam image', async () => {
    const system = makeSystem('pass');
    await replay(system);
    expect([system.stored.size, system.arrived.size]).toEqual([72, 72]);
    expect(system.log.annotated.length).toBe(new Set(system.log.annotated).size);
  });
  it('reviews nothing without a budget', async () => {
    const [, snow] = await replay(makeSystem('pass'), { budget: 0 });
    expect(snow).toMatchObject({ reviewed: 0, rounds: 0, versions: 0 });
  });
});
