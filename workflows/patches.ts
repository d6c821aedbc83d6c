/**
 * Every switch that keeps old executions replayable, named by its new behaviour; numbers and names are never reused.
 * `before` and `after` say what changed, `mayGo` when no execution can be old enough to need it.
 */
export const patches = {
  '2026-11-a-round-closed-by-hand-may-start-a-retrain': {
    before: 'a round that was closed by hand ended without asking whether enough labels had come',
    after: 'it asks, and starts a retrain where they have, as a round that is answered does',
    since: '0.2.0', mayGo: 'when no round opened by 0.1 can be open: 90 days after 0.2.0',
  },
  '2026-11-a-retrain-hunts-label-errors': {
    before: 'a retrain ended at the gate',
    after: 'after the gate it starts a hunt, by which labels that the data disputes go to an adjudicator; nobody waits for that',
    since: '0.2.0', mayGo: 'when no retrain of 0.1 can be running: a day after 0.2.0',
  },
  '2026-11-a-scheduled-full-retrain-needs-a-trainer': {
    before: 'a full retrain that a schedule started froze the labels and waited up to three days for a training worker',
    after: 'it first asks whether one listens, and ends with a written reason where none does',
    since: '0.2.0', mayGo: 'when no full retrain of 0.1 can be running: ten days after 0.2.0',
  },
} as const satisfies Record<string, { before: string; after: string; since: string; mayGo: string }>;
export type PatchName = keyof typeof patches;
