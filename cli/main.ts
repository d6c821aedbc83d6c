import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { createContext } from './context.ts';
import { runCli } from './run-cli.ts';

/** Asks on the terminal, beside the answers: stdout stays what a script may read. */
async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

// The one place of the command line that looks at its environment; everything else is handed it.
const context = createContext({
  environment: process.env,
  folder: process.cwd(),
  projectFolder: resolve(dirname(fileURLToPath(import.meta.url)), '..'),
  out: (text) => void process.stdout.write(`${text}\n`),
  err: process.stderr,
  ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
});
process.exitCode = await runCli(process.argv.slice(2), context);
