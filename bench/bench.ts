/** What every bench is given. */
export interface BenchOptions {
  /** A smoke run: the least that shows that the bench works. Its numbers are not figures. */
  readonly quick: boolean;
  /** The ONNX file of the default backbone, from `--backbone` or BACKBONE_FILE. */
  readonly backbone?: string | undefined;
  /** Options of one bench alone, as `--set name=value`; what they mean is in that bench. */
  readonly set: Readonly<Record<string, string>>;
  /** Says what is being done, on stderr: a bench may take minutes. */
  readonly say: (line: string) => void;
}

/**
 * One thing measured. With `against`, the nth sample of both sides comes from the nth turn, in which both ran one after
 * the other, and the figure is the median of the ratios ours ÷ theirs; without it, the figure is the median of ours.
 */
export interface Measure {
  /** What it is and for which case, with its unit: `images per CPU-second, 640x480`. */
  readonly of: string;
  readonly ours: readonly number[];
  readonly against?: { readonly name: string; readonly samples: readonly number[] };
  /** The mark: of the ratio where there is another side, else of the value. None: the number is context. */
  readonly mark?: { readonly atLeast: number } | { readonly atMost: number };
}

/** A module of this folder named `p<number>-<words>.ts` exports these four, and `npm run bench` finds it. */
export interface Bench {
  /** Short, for the list: `serving`. */
  readonly name: string;
  /** The figure it measures: `P1`. */
  readonly figure: string;
  /** The mark in words, with what it is held against. */
  readonly target: string;
  /** @throws NotRun where the machine lacks what the other side needs: told as "not run", never as a figure */
  readonly run: (options: BenchOptions) => Promise<readonly Measure[]>;
}

/** Why a figure could not be measured on this machine. */
export class NotRun extends Error {}
