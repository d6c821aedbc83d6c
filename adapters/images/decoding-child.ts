import { type ChildProcess, fork } from 'node:child_process';
import type { ErrorCode, ErrorDetails } from '../../domain/errors.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';

export type DecodingWork =
  | { readonly act: 'read' | 'modelInput' | 'modelView'; readonly bytes: Uint8Array; readonly about: Preprocessing }
  | { readonly act: 'view'; readonly bytes: Uint8Array; readonly about: number };
export type DecodingRequest = DecodingWork & { readonly id: number };
export interface DecodingAnswer {
  readonly id: number;
  readonly made?: unknown;
  readonly refused?: { readonly code: ErrorCode; readonly message: string; readonly details: ErrorDetails };
}

/** A picture on its way, and how to tell whoever waits. */
export interface Decoding {
  readonly work: DecodingWork;
  /** Children that ended while they had it. */
  deaths: number;
  readonly settle: (answer: Omit<DecodingAnswer, 'id'>) => void;
}

export interface DecodingChild {
  /** How many pictures it has now. */
  readonly load: number;
  give(decoding: Decoding): void;
  end(): void;
}

export interface DecodingChildOptions {
  readonly entry: string;
  /** A picture that takes longer takes the child with it: the decoder's own limit did not hold. */
  readonly wallMsMax: number;
  /** Told once, with what the child had: one of them may have done it; none has where the child never was ready. */
  readonly onDeath: (left: readonly Decoding[], wasReady: boolean) => void;
}

/** A child that says nothing for this long after its start will not. */
const startMsMax = 30_000;

/** One process that decodes. It has nothing of our environment, little room for young objects, and no connection but to us. */
export function startDecodingChild({ entry, wallMsMax, onDeath }: DecodingChildOptions): DecodingChild {
  const has = new Map<number, { decoding: Decoding; timer?: NodeJS.Timeout }>();
  let ids = 0;
  let ready = false;
  let over = false;
  const child: ChildProcess = fork(entry, [], { serialization: 'advanced', env: { MALLOC_ARENA_MAX: '2' }, execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const kill = (): void => void child.kill('SIGKILL');
  const starting = setTimeout(kill, startMsMax);
  const dead = (): void => {
    clearTimeout(starting);
    if (over) return;
    over = true;
    for (const { timer } of has.values()) clearTimeout(timer);
    onDeath([...has.values()].map(({ decoding }) => decoding), ready);
    has.clear();
  };
  const send = (id: number, { work }: Decoding): void => {
    // The time that the child itself takes to start is not the picture's.
    Object.assign(has.get(id) ?? {}, { timer: setTimeout(kill, wallMsMax) });
    // A child that has just died cannot be sent to; its end tells the rest.
    child.send({ id, ...work } satisfies DecodingRequest, (error) => { if (error !== null) kill(); });
  };
  child.on('error', dead);
  child.on('exit', dead);
  child.once('message', () => {
    clearTimeout(starting);
    ready = true;
    for (const [id, { decoding }] of has) send(id, decoding);
  });
  child.on('message', ({ id, ...answer }: DecodingAnswer) => {
    const found = has.get(id);
    if (found === undefined) return;
    has.delete(id);
    clearTimeout(found.timer);
    found.decoding.settle(answer);
  });
  // It must not keep a process alive that wants to end; while it starts or has a picture, a timer does.
  child.unref();
  child.channel?.unref?.();
  return {
    get load() { return has.size; },
    give(decoding) {
      const id = ids += 1;
      has.set(id, { decoding });
      if (ready) send(id, decoding);
    },
    end() {
      over = true;
      clearTimeout(starting);
      kill();
    },
  };
}
