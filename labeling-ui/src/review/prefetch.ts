import { useEffect } from 'react';
import type { ReviewItemReply } from '../../../contracts/reviews.ts';

const ahead = 8;
const behind = 2;
const kept = 40;
const held = new Map<string, HTMLImageElement>();

/** Fetches the images around the one shown before they are asked for, thumbnails first; holding them keeps them decoded. */
export function usePrefetch(items: readonly ReviewItemReply[], place: number): void {
  useEffect(() => {
    const near = [...items.slice(place, place + ahead + 1), ...items.slice(Math.max(0, place - behind), place)];
    for (const { images } of near) hold(images.thumbnail);
    for (const { images } of near) hold(images.fitted);
    for (const url of held.keys()) {
      if (held.size <= kept) break;
      held.delete(url);
    }
  }, [items, place]);
}

function hold(url: string): void {
  const known = held.get(url);
  held.delete(url); // Setting it anew makes it the youngest.
  const image = known ?? new Image();
  held.set(url, image);
  if (known === undefined) image.src = url;
}
