import type { HuntInput, StepOutcome } from '../contracts/workflows.ts';
import { huntLabelErrors } from './steps.ts';

/** Labels that the data itself disputes most strongly go to an adjudicator: after a retrain, or asked for by hand. */
export async function huntLabels(input: HuntInput): Promise<StepOutcome & { looked: number; disputed: number; items: number }> {
  return huntLabelErrors(input);
}
