import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext } from './context.ts';
import { runCli } from './run-cli.ts';

// The one place of the command line that looks at its environment; everything else is handed it.
const context = createContext({
  environment: process.env,
  folder: process.cwd(),
  projectFolder: resolve(dirname(fileURLToPath(import.meta.url)), '..'),
  out: (text) => void process.stdout.write(`${text}\n`),
  err: process.stderr,
});
process.exitCode = await runCli(process.argv.slice(2), context);
