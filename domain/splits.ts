import type { ManifestSplit } from './split-name.ts';

/** FNV-1a of a text, as a share from 0 to 1: the same text always falls at the same place. */
export function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  // A last stir: near texts must not fall near one another.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39) >>> 0;
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}

/** Shares of a labelled start that are held out and that validate; the rest trains. */
export const labelledStart = { test: 0.15, validation: 0.15 } as const;
/** Share of flagged groups that validate; they never decide a gate. */
export const flaggedValidation = 0.15;

export interface SplitRequest {
  readonly groupKey: string;
  /** Where the label came from: the labelled start, the audit sample, or a flag. */
  readonly origin: 'start' | 'audit' | 'flagged';
}

/**
 * The side of a new group: a whole burst or camera site goes to one side, and stays there. Audit images are held out; the
 * labelled start gives the reference holdout; flagged images train or validate and are never held out.
 */
export function splitFor({ groupKey, origin }: SplitRequest): ManifestSplit {
  if (origin === 'audit') return 'test';
  const at = shareOf(groupKey);
  if (origin === 'start') return at < labelledStart.test ? 'test' : at < labelledStart.test + labelledStart.validation ? 'validation' : 'train';
  return at < flaggedValidation ? 'validation' : 'train';
}
