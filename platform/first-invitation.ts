import { z } from 'zod';
import type { ProjectEnvironment } from './demo-project.ts';
import { runFirstSteps } from './run-first-steps.ts';

/**
 * The single-use address for the first admin, made only while there is none.
 * @param env what the product's processes are given, PUBLIC_URL among it
 * @returns undefined when an admin exists
 */
export async function firstInvitation(env: ProjectEnvironment): Promise<string | undefined> {
  return (await runFirstSteps('invitation', env, z.object({ url: z.string().optional() }))).url;
}
