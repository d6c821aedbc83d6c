import { parse } from 'csv-parse/sync';

/** One image of a labelled stream. */
export interface StreamImage {
  /** Relative to the stream's folder. */
  readonly path: string;
  readonly label: string;
  readonly camera: string | null;
  /** ISO 8601 with an offset; null where the stream does not know. */
  readonly capturedAt: string | null;
  readonly period: string;
  /** Images of one group are never parted between arrivals and exam: the burst, else the image itself. */
  readonly group: string;
  /** Whether `group` is a burst of the stream. */
  readonly burst: string | null;
}

const needed = ['path', 'label', 'period'] as const;

/**
 * The rows of an index.csv: columns path, label and period, and where known camera, captured_at and burst; others are left
 * alone. A time without an offset is taken as UTC.
 * @throws Error naming the first line that cannot be used
 */
export function parseIndex(text: string): StreamImage[] {
  const rows = parse(text, { columns: true, skip_empty_lines: true, trim: true, bom: true }) as Record<string, string>[];
  const first = rows[0];
  if (first === undefined) throw new Error('index.csv lists no image.');
  const missing = needed.filter((column) => first[column] === undefined);
  if (missing.length > 0) throw new Error(`index.csv has no column ${missing.join(', ')}.`);
  const seen = new Set<string>();
  return rows.map((row, position) => imageOf(row, position + 2, seen));
}

function imageOf(row: Record<string, string>, line: number, seen: Set<string>): StreamImage {
  const { path = '', label = '', period = '', camera = '', captured_at: capturedAt = '', burst = '' } = row;
  if (path === '' || label === '' || period === '') throw new Error(`index.csv, line ${line}: path, label and period must not be empty.`);
  if (/^[/\\]|^[a-z]:|(^|[/\\])\.\.([/\\]|$)/i.test(path)) throw new Error(`index.csv, line ${line}: ${path} leads out of the folder.`);
  if (seen.has(path)) throw new Error(`index.csv, line ${line}: ${path} is listed twice.`);
  seen.add(path);
  return { path, label, period, camera: camera || null, capturedAt: instantOf(capturedAt, line), group: burst ? `${period}/${burst}` : path, burst: burst || null };
}

function instantOf(text: string, line: number): string | null {
  if (text === '') return null;
  const withOffset = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text.replace(' ', 'T')}Z`;
  const time = Date.parse(withOffset);
  if (Number.isNaN(time)) throw new Error(`index.csv, line ${line}: "${text}" is not a time.`);
  return new Date(time).toISOString();
}
