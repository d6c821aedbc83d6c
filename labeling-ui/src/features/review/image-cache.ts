export type ImageState = 'loading' | 'ready' | 'failed';

const atOnceMax = 3;
const keptMax = 80;

/** Loads and decodes images before they are needed, in the order asked for, and keeps them decoded. */
export function createImageCache(load: (url: string) => Promise<unknown>) {
  const known = new Map<string, { state: ImageState; image: unknown }>();
  const listeners = new Set<() => void>();
  let wanted: readonly string[] = [];
  let running = 0;

  function tell(): void { for (const listener of listeners) listener(); }

  function pump(): void {
    while (running < atOnceMax) {
      const url = wanted.find((each) => !known.has(each));
      if (url === undefined) return;
      known.set(url, { state: 'loading', image: null });
      running += 1;
      load(url).then(
        (image) => { known.set(url, { state: 'ready', image }); },
        () => { known.set(url, { state: 'failed', image: null }); },
      ).finally(() => { running -= 1; forget(); tell(); pump(); });
    }
  }

  /** Oldest first, but never what is wanted now. */
  function forget(): void {
    const keep = new Set(wanted);
    for (const url of known.keys()) {
      if (known.size <= keptMax) return;
      if (!keep.has(url) && known.get(url)?.state !== 'loading') known.delete(url);
    }
  }

  return {
    /** Most wanted first; what is under way goes on, what is no longer wanted is not begun. */
    want(urls: readonly string[]): void {
      // What failed before is tried again when it is wanted again at the front.
      const first = urls[0];
      if (first !== undefined && first !== wanted[0] && known.get(first)?.state === 'failed') known.delete(first);
      wanted = urls;
      pump();
    },
    /** After what is wanted now, these too. */
    wantAlso(urls: readonly string[]): void {
      wanted = [...wanted, ...urls.filter((url) => !wanted.includes(url))];
      pump();
    },
    state: (url: string): ImageState | undefined => known.get(url)?.state,
    subscribe(listener: () => void): () => void { listeners.add(listener); return () => { listeners.delete(listener); }; },
  };
}
export type ImageCache = ReturnType<typeof createImageCache>;

/** Resolves once the browser has the pixels, so that showing it takes no decoding. */
export async function loadImage(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.decoding = 'async';
  image.src = url;
  await image.decode();
  return image;
}

/**
 * The order in which to load: this image whole, then the thumbnails the way the person goes, then the fitted ones that way,
 * then two the other way; last the thumbnails of all that is held, so that who loses the connection can go on with them.
 */
export function loadOrder(items: readonly { images: { thumbnail: string; fitted: string } }[], position: number, direction: 1 | -1 = 1, ahead = 10): string[] {
  const here = items[position];
  const after = items.slice(position + 1, position + 1 + ahead);
  const before = items.slice(Math.max(0, position - ahead), Math.max(0, position)).toReversed();
  const [onward, back] = direction === 1 ? [after, before.slice(0, 2)] : [before, after.slice(0, 2)];
  return [
    ...(here === undefined ? [] : [here.images.thumbnail, here.images.fitted]),
    ...onward.map((item) => item.images.thumbnail), ...onward.map((item) => item.images.fitted), ...back.map((item) => item.images.fitted),
    ...items.slice(position + 1 + ahead).map((item) => item.images.thumbnail),
  ];
}
