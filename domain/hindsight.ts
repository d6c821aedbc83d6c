import { wilson } from '../statistics/proportion.ts';

/** What was, or would have been, done with one image. */
export interface HindsightAnswer {
  readonly classId: number;
  /** By the policy's thresholds; the audit sample and reports stand apart, being no matter of thresholds. */
  readonly flagged: boolean;
  /** Of acting on the answer, under the calibrated probabilities. */
  readonly expectedCost: number;
}

/** One stored image, as it was answered then and as it would be now. */
export interface HindsightImage {
  readonly eventAt: Date;
  readonly camera: string | null;
  /** Drawn for the audit sample: only these say how accurate a model is. */
  readonly audit: boolean;
  /** Its settled class; null where nobody has said. */
  readonly truth: number | null;
  readonly was: HindsightAnswer;
  readonly wouldBe: HindsightAnswer;
}

/** Right answers among those whose class is settled, with a 95 % Wilson interval; null without any. */
export interface HindsightAccuracy {
  readonly right: number;
  readonly of: number;
  readonly lower: number;
  readonly upper: number;
}

export interface HindsightSide {
  readonly flagged: number;
  /** Mean over images. */
  readonly expectedCost: number;
  /** On the audit sample, which was drawn without looking: an estimate for all images. */
  readonly audited: HindsightAccuracy | null;
  /** On every settled image; most were picked for being hard, and the model may have learnt from them. */
  readonly settled: HindsightAccuracy | null;
}

export interface HindsightCell {
  readonly images: number;
  /** Images that would be answered differently. */
  readonly changed: number;
  readonly was: HindsightSide;
  readonly wouldBe: HindsightSide;
}

export interface Hindsight {
  readonly all: HindsightCell;
  /** By week of event time, the Monday's date in UTC, in order. */
  readonly weeks: readonly (HindsightCell & { readonly week: string })[];
  /** By camera, most images first; null gathers images without one. */
  readonly cameras: readonly (HindsightCell & { readonly camera: string | null })[];
}

/** The Monday of an instant's week, YYYY-MM-DD in UTC. */
export function weekOf(instant: Date): string {
  const day = new Date(Date.UTC(instant.getUTCFullYear(), instant.getUTCMonth(), instant.getUTCDate()));
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}

/** Counts images one after another, so that a hundred thousand need no more room than their weeks and cameras. */
export function createHindsight(): { add(image: HindsightImage): void; result(): Hindsight } {
  const all = createCell();
  const weeks = new Map<string, Cell>();
  const cameras = new Map<string | null, Cell>();
  const of = <K>(cells: Map<K, Cell>, key: K): Cell => {
    const cell = cells.get(key) ?? createCell();
    cells.set(key, cell);
    return cell;
  };
  return {
    add(image) {
      for (const cell of [all, of(weeks, weekOf(image.eventAt)), of(cameras, image.camera)]) count(cell, image);
    },
    result: () => ({
      all: tell(all),
      weeks: [...weeks].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([week, cell]) => ({ week, ...tell(cell) })),
      cameras: [...cameras].toSorted(([, a], [, b]) => b.images - a.images).map(([camera, cell]) => ({ camera, ...tell(cell) })),
    }),
  };
}

interface Side { flagged: number; cost: number; auditedRight: number; settledRight: number }
interface Cell { images: number; changed: number; audited: number; settled: number; was: Side; wouldBe: Side }

const createSide = (): Side => ({ flagged: 0, cost: 0, auditedRight: 0, settledRight: 0 });
const createCell = (): Cell => ({ images: 0, changed: 0, audited: 0, settled: 0, was: createSide(), wouldBe: createSide() });

function count(cell: Cell, { audit, truth, was, wouldBe }: HindsightImage): void {
  cell.images += 1;
  cell.changed += Number(was.classId !== wouldBe.classId);
  cell.settled += Number(truth !== null);
  cell.audited += Number(truth !== null && audit);
  for (const [side, answer] of [[cell.was, was], [cell.wouldBe, wouldBe]] as const) {
    side.flagged += Number(answer.flagged);
    side.cost += answer.expectedCost;
    side.settledRight += Number(truth === answer.classId);
    side.auditedRight += Number(audit && truth === answer.classId);
  }
}

function tell({ images, changed, audited, settled, was, wouldBe }: Cell): HindsightCell {
  const side = ({ flagged, cost, auditedRight, settledRight }: Side): HindsightSide => ({
    flagged, expectedCost: images === 0 ? 0 : cost / images, audited: accuracyOf(auditedRight, audited), settled: accuracyOf(settledRight, settled),
  });
  return { images, changed, was: side(was), wouldBe: side(wouldBe) };
}

function accuracyOf(right: number, of: number): HindsightAccuracy | null {
  return of === 0 ? null : { right, of, ...wilson(right, of) };
}
