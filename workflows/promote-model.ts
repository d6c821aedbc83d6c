import type { PromoteInput, StepOutcome } from '../contracts/workflows.ts';
import { hasChampion, judge, promote, reconcile } from './steps.ts';

export type PromoteReply = StepOutcome & { readonly promoted: boolean; readonly reportId: string | null };

/** The challenger meets the champion; the gate's answer and the policy say whether it takes its place. */
export async function promoteModel(input: PromoteInput): Promise<PromoteReply> {
  const { projectId, challengerId, key } = input;
  if (!(await hasChampion(projectId))) {
    await promote({ projectId, toId: challengerId, expectFromId: null, gateReportId: null, onCannotTell: false, reason: 'the first model version of the project', decidedBy: 'gate', key });
    await reconcile(projectId);
    return { outcome: 'done', why: 'it is the project’s first champion', promoted: true, reportId: null };
  }
  const { action, onCannotTell, why, reportId, championId } = await judge({ projectId, challengerId, key });
  if (action !== 'promote') return { outcome: 'held', why, promoted: false, reportId };
  await promote({ projectId, toId: challengerId, expectFromId: championId, gateReportId: reportId, onCannotTell, reason: why, decidedBy: 'gate', key });
  await reconcile(projectId);
  return { outcome: 'done', why, promoted: true, reportId };
}
