import { fileURLToPath } from 'node:url';
import { PerennialError } from '../../domain/errors.ts';
import type { ImageReader } from '../../domain/ports.ts';
import { type Decoding, type DecodingChild, type DecodingWork, startDecodingChild } from './decoding-child.ts';
import { bytesMax, decodeSecondsMax, decodesMax } from './limits.ts';

export interface DecodingPoolOptions {
  /** Pictures that are in the child at once; the rest wait here. */
  readonly decodesMax?: number;
  /** A picture is given up after it has taken this many children with it. */
  readonly deathsMax?: number;
  readonly wallMsMax?: number;
  /** The child's program; tests have one that dies when told to. */
  readonly entry?: string;
  readonly onDeath?: (pictures: number) => void;
  /** Where a model's input is kept on this side; new memory for each unless given. */
  readonly newInput?: (length: number) => Float32Array;
}

const ownEntry = fileURLToPath(new URL('decoding-child-entry.ts', import.meta.url));

/** A decoder that cannot be started says nothing of a picture: it may be sent again. */
const notReady = { refused: { code: 'SERVING_NOT_READY' as const, message: 'The decoder of images could not be started.', details: {} } };

/**
 * The image reader in a process of its own: a picture that brings the decoder down, or makes it hang, takes neither this
 * process nor its neighbours with it. What was in a child that died is decoded again, each alone in a second child, so
 * that the one that does it is found; it is refused, the others are answered.
 * @throws PerennialError on all methods: those of `createSharpReader`; IMAGE_CORRUPT for a picture the decoder ends on;
 * SERVING_NOT_READY when it cannot be started
 */
export function createDecodingPool(options: DecodingPoolOptions = {}): ImageReader & { warm(): void; end(): void } {
  const { decodesMax: atOnce = decodesMax, deathsMax = 2, wallMsMax = (decodeSecondsMax + 5) * 1000, entry = ownEntry } = options;
  const lanes = { common: createLane(atOnce), alone: createLane(1) };
  let ended = false;

  /** Pictures that wait, and the child they go to; a new one is started when the next picture needs it. */
  function createLane(places: number) {
    const waiting: Decoding[] = [];
    let child: DecodingChild | null = null;
    const lane = {
      add(decoding: Decoding): void {
        waiting.push(decoding);
        lane.next();
      },
      next(): void {
        while (waiting.length > 0 && (child?.load ?? 0) < places) {
          lane.start().give(waiting.shift() as Decoding);
        }
      },
      start(): DecodingChild {
        child ??= startDecodingChild({ entry, wallMsMax, onDeath: (left, wasReady) => died(left, wasReady) });
        return child;
      },
      end(): void {
        child?.end();
        child = null;
      },
    };
    const died = (left: readonly Decoding[], wasReady: boolean): void => {
      child = null;
      options.onDeath?.(left.length);
      for (const decoding of left) {
        if (wasReady) suspect(decoding);
        else decoding.settle(notReady);
      }
      lane.next();
    };
    return lane;
  }

  /** What hung or died beside others may have done so because of them: only what does it alone has done it. */
  function suspect(decoding: Decoding): void {
    decoding.deaths += 1;
    if (ended || decoding.deaths >= deathsMax) decoding.settle({ refused: { code: 'IMAGE_CORRUPT', message: 'The decoder ended on this image, so it is not taken.', details: { deaths: decoding.deaths } } });
    else lanes.alone.add(decoding);
  }

  function decode<T>(work: DecodingWork): Promise<T> {
    if (work.bytes.byteLength > bytesMax) return Promise.reject(new PerennialError('IMAGE_TOO_LARGE', undefined, { bytesMax }));
    return new Promise<T>((resolve, reject) => {
      const decoding: Decoding = {
        work, deaths: 0,
        settle({ made, refused }) {
          if (refused === undefined) resolve(made as T);
          else reject(new PerennialError(refused.code, refused.message, refused.details));
          lanes.common.next();
          lanes.alone.next();
        },
      };
      lanes.common.add(decoding);
    });
  }

  const { newInput } = options;
  /** What came over the pipe is let go at once where memory of our own is kept for it. */
  function kept(input: Float32Array): Float32Array {
    const own = newInput?.(input.length);
    own?.set(input);
    return own ?? input;
  }

  return {
    async read(bytes, about) {
      const made = await decode<Awaited<ReturnType<ImageReader['read']>>>({ act: 'read', bytes, about });
      return { ...made, input: kept(made.input) };
    },
    modelInput: async (bytes, about) => kept(await decode<Float32Array>({ act: 'modelInput', bytes, about })),
    modelView: (bytes, about) => decode({ act: 'modelView', bytes, about }),
    view: (bytes, about) => decode({ act: 'view', bytes, about }),
    /** Starts the child, so that the first picture does not wait for it. */
    warm: () => void lanes.common.start(),
    end() {
      ended = true;
      lanes.common.end();
      lanes.alone.end();
    },
  };
}
