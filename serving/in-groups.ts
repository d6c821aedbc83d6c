import { type Batcher, createBatcher } from './batcher.ts';

export interface InGroupsOptions<In, Out> {
  /** Inputs of the same group run together. */
  readonly groupOf: (input: In) => string;
  /** Most inputs in one run; 1 turns grouping off. */
  readonly groupSizeMax: number;
  readonly now: () => number;
  /** One answer for each input, in order. Where it throws for several, each is run by itself. */
  readonly run: (inputs: readonly In[]) => Promise<readonly Out[]>;
}

/**
 * Joins what waits while the run before is under way; nothing waits for company. Nobody is refused and nothing is dropped:
 * what comes here was taken in already, and its work is done.
 */
export function createInGroups<In, Out>({ groupOf, groupSizeMax, now, run }: InGroupsOptions<In, Out>): (input: In) => Promise<Out> {
  const groups = new Map<string, { readonly batcher: Batcher<In, Out>; inside: number }>();
  const open = () => ({ batcher: createBatcher({ batchSizeMax: groupSizeMax, batchDelayMsMax: 0, queueLengthMax: Infinity, queueAgeMsMax: Infinity, now, run }), inside: 0 });
  return async (input) => {
    const name = groupOf(input);
    const group = groups.get(name) ?? open();
    groups.set(name, group);
    group.inside += 1;
    try {
      return await group.batcher.submit(input);
    } finally {
      group.inside -= 1;
      // Names change with every policy and model: an empty group is forgotten.
      if (group.inside === 0) groups.delete(name);
    }
  };
}
