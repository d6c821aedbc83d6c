import type { RetrainState } from '../../contracts/models.ts';

/**
 * What the simulated engineer does about a challenger that was not promoted by itself, going by the gate report alone.
 * A pass is promoted (the system promotes one a day by itself, and accelerated time has short days). Where the gate cannot
 * tell and the policy says `wait`, it is promoted when no check failed and the overall loss, if there is one, is within noise:
 * no more than half of the interval's lower arm, about a standard error (one image of sixteen is no reason to keep a model
 * that is wrong about a new season). Small streams rest on this often, so it is counted apart.
 */
export function engineerApproves({ state, promoted, challenger, gate }: RetrainState, onCannotTell: 'wait' | 'promoteIfSuperior'): boolean {
  if (state === 'running' || state === 'failed' || promoted || challenger === null || gate === null || gate.verdict === 'hold') return false;
  if (gate.verdict === 'pass') return true;
  if (onCannotTell !== 'wait' || gate.checks.some((check) => check.answer === 'hold')) return false;
  const overall = gate.checks.find((check) => check.name === 'overall');
  if (overall === undefined || overall.difference === null || overall.difference >= 0) return true;
  return overall.lower !== null && -overall.difference <= (overall.difference - overall.lower) / 2;
}
