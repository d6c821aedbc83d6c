import type { ProjectEnvironment } from './demo-project.ts';

/**
 * The single-use address for the first admin, made only while there is none.
 * @param _env what the product's processes are given, PUBLIC_URL among it
 * @returns undefined when an admin exists
 */
export async function firstInvitation(_env: ProjectEnvironment): Promise<string | undefined> {
  return undefined;
}
