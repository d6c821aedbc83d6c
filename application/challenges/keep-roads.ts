import type { ChallengeRecords } from '../../domain/ports-challenges.ts';
import type { Workflows } from '../../domain/ports-workflows.ts';

interface Dependencies {
  readonly challenges: Pick<ChallengeRecords, 'unended'>;
  readonly workflows: Pick<Workflows, 'startRoad' | 'lookAtRoad'>;
}

/** A challenge whose workflow was never started, or was lost, is walked on: where it stands lies in the database. */
export async function keepRoads({ challenges, workflows }: Dependencies): Promise<void> {
  for (const { projectId, challengeId } of await challenges.unended()) await workflows.startRoad(projectId, challengeId);
}

/** A hard fault waits for no timer. */
export async function tellRoadsOfFaults({ challenges, workflows }: Dependencies): Promise<void> {
  for (const { projectId, challengeId, faulted } of await challenges.unended()) if (faulted) await workflows.lookAtRoad(projectId, challengeId);
}
