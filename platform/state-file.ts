import { z } from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const stateSchema = z.object({
  /** Ports chosen earlier, by use, so that the next start has the same addresses. */
  ports: z.record(z.string(), z.number().int()).default({}),
  /** Children that run, or ran when we were killed. */
  processes: z.record(z.string(), z.object({ pid: z.number().int(), birth: z.string(), stopSignal: z.enum(['SIGINT', 'SIGTERM']) })).default({}),
  /** Which kind of object store the data folder belongs to, and suchlike. */
  choices: z.record(z.string(), z.string()).default({}),
});
export type State = z.output<typeof stateSchema>;

export interface StateFile {
  read(): State;
  /** Changes the state and writes the file before it returns. */
  change(edit: (state: State) => void): void;
}

/** What the platform remembers between starts. One process writes it, the holder of the start lock. */
export function openStateFile(path: string): StateFile {
  const parsed = stateSchema.safeParse(readJsonFile(path) ?? {});
  const state = parsed.success ? parsed.data : stateSchema.parse({});
  return {
    read: () => state,
    change(edit) {
      edit(state);
      writeJsonFile(path, state, 0o600);
    },
  };
}
