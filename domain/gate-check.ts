import { labelsMax } from './paired-answers.ts';
export type GateAnswer = 'pass' | 'hold' | 'cannot_tell';

/** One question the gate asked, with the figures that answered it. Differences and margins are shares: 0.01 is a point. */
export interface GateCheck {
  readonly name: string;
  readonly answer: GateAnswer;
  readonly sentence: string;
  readonly images: number;
  /** challenger − champion; null where there are no images */
  readonly difference: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly margin: number;
  /** For `cannot_tell`: labels that would settle it, null where more labels would only show the loss. */
  readonly moreLabels: number | null;
  /** The images that the check is about, where they can be looked at. */
  readonly imageIds?: readonly string[];
}

/** Images for 80 % power over those at which the bound just reaches the margin: ((z₀.₉₅ + z₀.₈) / z₀.₉₅)². */
const powerFactor = 2.28;

/**
 * Labels still wanted, beside the images there are, before a lower bound of this width would lie above −margin; null where
 * the difference seen is below it already, or so near it that nobody would label so many.
 * @param least what the policy's least evidence still wants
 */
export function labelsByWidth({ images, difference, lower }: { images: number; difference: number; lower: number }, margin: number, least: number): number | null {
  const room = margin + Math.min(0, difference);
  if (room <= 0) return null;
  const wanted = Math.ceil(images * ((difference - lower) / room) ** 2 * powerFactor) - images;
  return wanted > labelsMax ? null : Math.max(least, wanted);
}

/** A share in percentage points, with its sign: 0.012 is "+1.2". */
export function points(share: number, signed = true): string {
  const figure = Number((100 * share).toFixed(1));
  return signed && figure > 0 ? `+${figure}` : String(figure).replace('-', '−');
}
