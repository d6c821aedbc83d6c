/** Serving processes as the records know them: each says about every second what it runs. */
export interface ServingStates {
  /** How many processes that spoke within the last seconds run something else in the project. */
  behind(projectId: string, modelVersionId: string): Promise<number>;
}

export interface AwaitServingDependencies {
  readonly states: ServingStates;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

const lookEveryMs = 100;
/** A serving process that cannot follow must not hold a promotion up: it is recorded already. */
export const followMsMax = 10_000;

/**
 * Waits until every living serving process answers with a model version, so that "promoted" is said when it is true of the
 * next prediction. The promotion stands whatever comes out.
 * @returns false where one had not followed in time
 */
export async function awaitServing({ states, now, wait }: AwaitServingDependencies, projectId: string, modelVersionId: string): Promise<boolean> {
  for (const end = now() + followMsMax; ;) {
    if ((await states.behind(projectId, modelVersionId)) === 0) return true;
    if (now() >= end) return false;
    await wait(lookEveryMs);
  }
}
