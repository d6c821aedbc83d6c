export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}
export interface Progress {
  /** One more done, with a word about it. */
  step(note?: string): void;
  end(): void;
}

const WIDTH = 24;

/** A bar on its own line of a terminal; silent where output is not one, so that logs stay readable. */
export function createProgress(stream: ProgressStream, title: string, total: number): Progress {
  if (stream.isTTY !== true || total === 0) return { step: () => undefined, end: () => undefined };
  let done = 0;
  const draw = (note: string): void => {
    const filled = Math.round((WIDTH * done) / total);
    stream.write(`\r\x1b[K${title} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done}/${total} ${note}`.trimEnd());
  };
  draw('');
  return {
    step: (note = '') => {
      done = Math.min(total, done + 1);
      draw(note);
    },
    end: () => void stream.write('\r\x1b[K'),
  };
}
