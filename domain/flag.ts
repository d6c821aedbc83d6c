/** Why a prediction needs a person. */
export const flagReasons = [
  'low_confidence', 'ambiguous', 'novel', 'blurred', 'drift', 'disagreement', 'reported', 'audit',
] as const;
export type FlagReason = (typeof flagReasons)[number];

/** A named reason with the figure that led to it and the threshold it met. */
export interface Flag {
  readonly reason: FlagReason;
  readonly value: number | null;
  readonly threshold: number | null;
}
