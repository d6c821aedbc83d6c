// What other pages use of the review page's parts. Apart from index.ts, so that the review page itself need not load them at once.
export { paletteOf, type PaletteEntry } from './palette.ts';
export { HelpSheet } from './help-sheet.tsx';
export { SearchDialog } from './pickers.tsx';
export { Keys } from './keys.tsx';
export { usePreferences } from './preferences.ts';
export { useKeys } from './use-keys.ts';
export { flagInWords } from './words.ts';
export { openSaveQueue } from './open-queue.ts';
export { outcomeOf } from './send-job.ts';
export type { Decision, ItemFacts, Job, Refusal, SaveQueue, SendOutcome } from './save-queue.ts';
export { useSaveState } from './use-review.ts';
export { decisionInWords } from './words.ts';
