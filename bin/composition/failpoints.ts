import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Failpoint, noFailpoints } from '../../application/failpoint.ts';

/** A process that kills itself at a named place where a test laid a file of that name, once: it takes the file with it. */
export function buildFailpoint({ PERENNIAL_FAILPOINTS: folder }: { readonly PERENNIAL_FAILPOINTS?: string | undefined }): Failpoint {
  if (folder === undefined) return noFailpoints;
  return async (reached) => {
    try {
      unlinkSync(join(folder, reached));
    } catch {
      return;
    }
    process.kill(process.pid, 'SIGKILL');
    // Nothing after this may happen, even if the signal took a moment.
    await new Promise(() => {});
  };
}
