import { closeSync, openSync } from 'node:fs';
import { type Failpoint, noFailpoints } from '../../application/failpoint.ts';

/** A process that kills itself at one named place, once: the file is there afterwards, and whoever is started next goes on. */
export function buildFailpoint({ PERENNIAL_FAILPOINT: wanted }: { readonly PERENNIAL_FAILPOINT?: string | undefined }): Failpoint {
  if (wanted === undefined) return noFailpoints;
  const at = wanted.indexOf('=');
  const [name, file] = [wanted.slice(0, at), wanted.slice(at + 1)];
  return async (reached) => {
    if (reached !== name) return;
    try {
      closeSync(openSync(file, 'wx'));
    } catch {
      return;
    }
    process.kill(process.pid, 'SIGKILL');
    // Nothing after this may happen, even if the signal took a moment.
    await new Promise(() => {});
  };
}
