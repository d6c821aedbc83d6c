import type { RetrainState } from '../../contracts/models.ts';

/**
 * What the simulated engineer does about a challenger that the gate could not tell apart from the champion, going by the gate
 * report alone: promotes it when no check failed and the estimates that there are do not speak against it. Small streams
 * rest on this often, so it is counted apart.
 */
export function engineerApproves({ state, promoted, challenger, gate }: RetrainState): boolean {
  if (state !== 'done' || promoted || challenger === null || gate === null || gate.verdict !== 'cannot_tell') return false;
  if (gate.checks.some((check) => check.answer === 'hold')) return false;
  const overall = gate.checks.find((check) => check.name === 'overall' || check.name === 'audit') ?? gate.checks[0];
  return overall === undefined || overall.difference === null || overall.difference >= 0;
}
