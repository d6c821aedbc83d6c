/**
 * Every switch that keeps old executions replayable, named by its new behaviour; numbers and names are never reused.
 * `before` and `after` say what changed, `mayGo` when no execution can be old enough to need it.
 */
export const patches = {} as const satisfies Record<string, { before: string; after: string; since: string; mayGo: string }>;
