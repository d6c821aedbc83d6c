import { PerennialError } from './errors.ts';
import type { Head } from './ports.ts';

/**
 * A head as a file: one line of JSON, then float32 little-endian weights, bias and, where there are any, centroids.
 * It stands beside the full model file, so that one backbone in memory serves any number of heads.
 */
export function encodeHead(head: Head): Uint8Array {
  const { classIds, dimensions, temperature, normalise, centroids } = head;
  const line = new TextEncoder().encode(`${JSON.stringify({ format: 'perennial-head-1', classIds, dimensions, temperature, normalise, centroids: centroids !== null })}\n`);
  const parts = [head.weights, head.bias, ...(centroids === null ? [] : [centroids])];
  const bytes = new Uint8Array(line.length + parts.reduce((sum, part) => sum + part.length * 4, 0));
  bytes.set(line);
  const view = new DataView(bytes.buffer);
  let at = line.length;
  for (const part of parts) {
    for (const value of part) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

interface Heading {
  readonly classIds: readonly number[];
  readonly dimensions: number;
  readonly temperature: number;
  readonly normalise: Head['normalise'];
  readonly centroids: boolean;
}

/** @throws PerennialError MODEL_FILE_INVALID when it is not such a file or not whole */
export function decodeHead(bytes: Uint8Array): Head {
  const end = bytes.indexOf(10);
  const heading = end < 0 ? null : headingOf(new TextDecoder().decode(bytes.subarray(0, end)));
  if (heading === null) throw invalid();
  const { classIds, dimensions, temperature, normalise, centroids } = heading;
  const classes = classIds.length;
  const sizes = [classes * dimensions, classes, centroids ? classes * dimensions : 0] as const;
  if (bytes.length !== end + 1 + 4 * (sizes[0] + sizes[1] + sizes[2])) throw invalid();
  const view = new DataView(bytes.buffer, bytes.byteOffset + end + 1);
  let at = 0;
  const take = (count: number): Float32Array => Float32Array.from({ length: count }, () => {
    const value = view.getFloat32(at, true);
    at += 4;
    return value;
  });
  const [weights, bias, middle] = [take(sizes[0]), take(sizes[1]), take(sizes[2])];
  return { classIds, dimensions, temperature, normalise, weights, bias, centroids: centroids ? middle : null };
}

const invalid = (): PerennialError => new PerennialError('MODEL_FILE_INVALID', 'The head’s file is damaged.');

/** The first line, null where it is not one of ours: a store may give back anything. */
function headingOf(line: string): Heading | null {
  try {
    const { format, classIds, dimensions, temperature, normalise, centroids } = JSON.parse(line) as Record<string, unknown>;
    const whole = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
    const sound = format === 'perennial-head-1' && Array.isArray(classIds) && classIds.every(whole) && whole(dimensions)
      && typeof temperature === 'number' && temperature > 0 && (normalise === 'l2' || normalise === 'none') && typeof centroids === 'boolean';
    return sound ? { classIds, dimensions, temperature, normalise, centroids } as Heading : null;
  } catch {
    return null;
  }
}
