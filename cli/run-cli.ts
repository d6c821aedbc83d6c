import { type Command, CommanderError } from 'commander';
import type { CliContext } from './context.ts';
import { describeFailure, exitCodes } from './failures.ts';
import { buildProgram } from './program.ts';

/**
 * Runs one command line.
 * @param args without the program's own name
 * @returns the exit status: see `exitCodes`
 */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  const program = buildProgram(context);
  everyCommand(program, (command) => command.exitOverride().configureOutput({ writeOut: (text) => context.out(text.trimEnd()), writeErr: (text) => void context.err.write(text) }));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    // Asking for help is no failure; commander has printed its sentence for the rest already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const { sentence, code, exitCode } = describeFailure(error);
    if (args.includes('--json')) context.out(JSON.stringify({ error: { code, sentence } }));
    context.err.write(`${code === null ? '' : `${code}: `}${sentence}\n`);
    return exitCode;
  }
}

function everyCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) everyCommand(child, visit);
}
