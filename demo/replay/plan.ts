import type { StreamImage } from './stream.ts';

/** A period of the replay, ready to be driven. */
export interface PlannedPeriod {
  readonly name: string;
  /** In order of arrival, in as many chunks as there are rounds (one chunk in the first period). */
  readonly chunks: readonly (readonly PlannedImage[])[];
  /** Never stored; only asked about. */
  readonly exam: readonly PlannedImage[];
}
export interface PlannedImage extends StreamImage {
  /** Given to the system with the image: the stream's own time, or one made up. */
  readonly arrivesAt: string;
}

export interface PlanOptions {
  readonly learn: number;
  readonly chunks: number;
  readonly periods?: readonly string[];
  readonly limitPerPeriod?: number;
  /** A number in [0, 1) for a text, the same for the same text: the seed is in there. */
  readonly draw: (text: string) => number;
}

/** Streams without times start here, a month a period; safely in the past, for the system refuses images from the future. */
const MADE_UP_START = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
const MONTH_DAYS = 28;

/**
 * Splits a stream into periods, and each period by group into what arrives and what the exam asks.
 *
 * Periods come in the order given, else in the order of their first image. Within a period images arrive by time; where any
 * image of the period has no time, in an order drawn by the seed, since files of one class lie together.
 * @throws Error when a period that is asked for is not in the stream, or has too few images to be split
 */
export function planReplay(images: readonly StreamImage[], options: PlanOptions): PlannedPeriod[] {
  const inStream = [...new Set(images.map((image) => image.period))];
  const order = options.periods ?? inStream;
  for (const name of order) {
    if (!inStream.includes(name)) throw new Error(`The stream has no period ${name}: it has ${inStream.join(', ')}.`);
  }
  if (order.length < 2) throw new Error('A replay needs at least two periods: one to learn from and one that comes after.');
  return order.map((name, position) => planPeriod(name, position, images.filter((image) => image.period === name), options));
}

function planPeriod(name: string, position: number, all: readonly StreamImage[], options: PlanOptions): PlannedPeriod {
  const images = limited(all, options);
  const arriving = arrivingGroups(images, options);
  const arrivals = images.filter((image) => arriving.has(image.group));
  const exam = images.filter((image) => !arriving.has(image.group));
  if (arrivals.length < 2 || exam.length === 0) throw new Error(`The period ${name} has too few images (${images.length}) to be split into arrivals and exam.`);
  const ordered = inOrder(arrivals, position, options.draw);
  return { name, chunks: position === 0 ? [ordered] : inChunks(ordered, options.chunks), exam: exam.map((image) => ({ ...image, arrivesAt: image.capturedAt ?? madeUpTime(position, 0, 1) })) };
}

/** Whole groups up to the limit, drawn by the seed, so that a short run still sees every class. */
function limited(images: readonly StreamImage[], { limitPerPeriod, draw }: PlanOptions): StreamImage[] {
  if (limitPerPeriod === undefined || images.length <= limitPerPeriod) return [...images];
  const kept = new Set<string>();
  let count = 0;
  for (const [group, members] of drawnGroups(images, (each) => draw(`limit ${each}`))) {
    if (count >= limitPerPeriod) break;
    kept.add(group);
    count += members.length;
  }
  return images.filter((image) => kept.has(image.group));
}

/** The share to learn from, within each class, so that neither side lacks one by bad luck. */
function arrivingGroups(images: readonly StreamImage[], { learn, draw }: PlanOptions): Set<string> {
  const arriving = new Set<string>();
  for (const label of new Set(images.map((image) => image.label))) {
    const own = drawnGroups(images, (group) => draw(`split ${group}`)).filter(([, members]) => members[0]?.label === label);
    const wanted = learn * own.reduce((sum, [, members]) => sum + members.length, 0);
    let count = 0;
    for (const [group, members] of own) {
      if (count >= wanted) break;
      arriving.add(group);
      count += members.length;
    }
  }
  return arriving;
}

function drawnGroups(images: readonly StreamImage[], draw: (group: string) => number): [string, StreamImage[]][] {
  return [...Map.groupBy(images, (image) => image.group)].map((entry) => ({ entry, at: draw(entry[0]) })).sort((a, b) => a.at - b.at).map(({ entry }) => entry);
}

function inOrder(images: readonly StreamImage[], position: number, draw: (text: string) => number): PlannedImage[] {
  if (images.every((image) => image.capturedAt !== null)) {
    const byTime = [...images].sort((a, b) => (a.capturedAt as string).localeCompare(b.capturedAt as string) || a.path.localeCompare(b.path));
    return byTime.map((image) => ({ ...image, arrivesAt: image.capturedAt as string }));
  }
  const drawn = drawnGroups(images, (group) => draw(`order ${group}`)).flatMap(([, members]) => members);
  return drawn.map((image, at) => ({ ...image, arrivesAt: madeUpTime(position, at, drawn.length) }));
}

/** Evenly over the period's month. */
function madeUpTime(position: number, at: number, count: number): string {
  const month = new Date(MADE_UP_START);
  month.setUTCMonth(position);
  return new Date(month.getTime() + Math.floor((at / count) * MONTH_DAYS * DAY_MS)).toISOString();
}

function inChunks<T>(items: readonly T[], count: number): T[][] {
  const chunks = Math.min(count, items.length);
  return Array.from({ length: chunks }, (_, chunk) => items.slice(Math.floor((chunk * items.length) / chunks), Math.floor(((chunk + 1) * items.length) / chunks)));
}
