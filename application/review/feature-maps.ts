import type { FeatureMap } from '../../domain/activation-map.ts';
import type { ImageReader, ObjectStore } from '../../domain/ports.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';

/** A backbone is dropped when nobody has asked for so long: the api needs its memory for other things. */
const keptMs = 5 * 60_000;

export interface MapMaker {
  readonly preprocessing: Preprocessing;
  featureMap(input: Float32Array): Promise<FeatureMap | null>;
  close(): Promise<void>;
}

export interface FeatureMapDependencies {
  readonly store: Pick<ObjectStore, 'get'>;
  readonly original: (projectId: string, imageId: string) => Promise<{ bytes: Uint8Array }>;
  readonly modelInput: ImageReader['modelInput'];
  readonly load: (bytes: Uint8Array) => Promise<MapMaker>;
}

/** Feature maps of images, by the newest backbone that was asked for: it is loaded at the first question and dropped when there are no more. */
export function createFeatureMaps(deps: FeatureMapDependencies) {
  let held: { readonly key: string; readonly maker: Promise<MapMaker> } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  // One after another: closing a backbone never meets one that runs, and a person who holds the key down asks for one at a time.
  let turn: Promise<unknown> = Promise.resolve();

  async function drop(): Promise<void> {
    const { maker } = held ?? {};
    held = null;
    await maker?.then((each) => each.close()).catch(() => undefined);
  }

  async function makerOf(key: string): Promise<MapMaker> {
    if (held?.key !== key) {
      await drop();
      held = { key, maker: deps.store.get(key).then((bytes) => deps.load(bytes)) };
    }
    return held.maker.catch((error: unknown) => { held = null; throw error; });
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  return {
    of: (projectId: string, imageId: string, backboneKey: string): Promise<FeatureMap | null> => inTurn(async () => {
      clearTimeout(timer);
      const [maker, { bytes }] = await Promise.all([makerOf(backboneKey), deps.original(projectId, imageId)]);
      try {
        return await maker.featureMap(await deps.modelInput(bytes, maker.preprocessing));
      } finally {
        timer = setTimeout(() => { void inTurn(drop); }, keptMs).unref();
      }
    }),
    close: (): Promise<void> => { clearTimeout(timer); return inTurn(drop); },
  };
}
