import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { bringUp, type BroughtUp } from './bring-up.ts';
import { createContext } from './context.ts';
import { firstInvitation } from './first-invitation.ts';
import { oneLine } from './setup-error.ts';
import { type HeldStart, holdStart } from './single-start.ts';
import { followTrainer } from './trainer.ts';
import { helpText, readStartOptions, type StartOptions } from './start-options.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stateDir = join(root, '.perennial');
/** A second Ctrl-C within this time is the same one, arriving by another way. */
const sameSignalMs = 2_000;

process.exitCode = await main().catch((error: unknown) => {
  console.error(`\n${oneLine(error)}`);
  return 1;
});
// What a library left open must not keep a finished start alive.
process.exit();

async function main(): Promise<number> {
  const options = readStartOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
  if (options.help) return say(helpText);
  mkdirSync(stateDir, { recursive: true });
  const held = holdStart(stateDir);
  if (held.outcome === 'running') {
    return say(held.address === undefined ? `Perennial is starting already (process ${held.pid}).` : `Perennial runs already at ${held.address} (process ${held.pid}).`);
  }
  try {
    return await run(options, held.start);
  } finally {
    held.start.release();
  }
}

async function run(options: StartOptions, start: HeldStart): Promise<number> {
  const abort = new AbortController();
  const context = createContext({ root, environment: process.env, stateDir, abort: abort.signal, onRestart: (name, why) => console.log(`${name} ended with ${why}; starting it again.`) });
  const asked = stopAsked(() => context.supervisor.killAll());
  try {
    const left = await context.supervisor.stopLeftovers();
    if (left.length > 0) say(`Stopped what an earlier start had left running: ${left.join(', ')}.`);
    const up = await Promise.race([bringUp(context, options, process.stdout.isTTY), asked]);
    if (up === undefined) return 130;
    start.announce(up.products.address);
    await greet(up, options);
    letGo();
    const stopFollowing = options.onlyServices ? undefined : followTrainer(context, up.products.env, (line) => void say(line));
    await asked;
    stopFollowing?.();
    say('\nStopping …');
    return 0;
  } finally {
    abort.abort();
    await context.supervisor.stopAll();
    if (process.exitCode === undefined) say('Stopped.');
  }
}

/** From here on this process waits: what bringing up took is collected now, for an idle process collects nothing. */
function letGo(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Settles at the first Ctrl-C, at a request to end, or when the script that started us is gone. */
function stopAsked(onImpatience: () => void): Promise<undefined> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const ask = (): void => {
      if (firstAt !== undefined && Date.now() - firstAt > sameSignalMs) onImpatience();
      firstAt ??= Date.now();
      resolve(undefined);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
    process.on('disconnect', ask);
  });
}

async function greet(up: BroughtUp, options: StartOptions): Promise<void> {
  if (options.onlyServices) return void say('\nThe services are up; their addresses are in .perennial/product.env. Ctrl-C stops them.');
  say(`\nPerennial is at ${up.products.address}`);
  const invitation = await firstInvitation(up.products.env);
  if (invitation !== undefined) say(`First sign-in (once, within 15 minutes): ${invitation}`);
  say('Ctrl-C stops everything that was started here.');
}

function say(line: string): 0 {
  console.log(line);
  return 0;
}
