import { useEffect, useState } from 'react';
import type { ReviewItemReply } from '../../../../contracts/reviews.ts';
import { type Frame, type FrameTable, saysEmpty, useFrames } from './frames.ts';
import type { ImageCache } from './image-cache.ts';
import type { Decision } from './save-queue.ts';

interface BurstProps {
  readonly project: string;
  readonly item: ReviewItemReply | null;
  readonly table: FrameTable | null;
  readonly images: ImageCache;
  readonly classes: readonly { classId: number; name: string }[];
  readonly decide: (decision: Decision) => void;
}

const askedForMs = 4_000;
interface Place { readonly itemId: string; readonly frame: number | null; readonly compare: 1 | -1 | null; readonly excepting: boolean; readonly asking: { readonly decision: Decision; readonly at: number } | null }
const start = (itemId: string): Place => ({ itemId, frame: null, compare: null, excepting: false, asking: null });

/** Where a person is within a burst: which frame is shown, against which it is held, whether the next answer is an exception. */
export function useBurst({ project, item, table, images, classes, decide }: BurstProps) {
  const itemId = item?.id ?? '';
  const [kept, setPlace] = useState<Place>(start(itemId));
  const place = kept.itemId === itemId ? kept : start(itemId);
  const go = (next: Partial<Place>): void => setPlace({ ...place, asking: null, ...next });
  const frames = useFrames(project, item, table, place.compare !== null);
  const home = Math.max(0, frames.findIndex((frame) => frame.imageId === item?.imageId));
  const at = Math.min(place.frame ?? home, Math.max(0, frames.length - 1));
  const frame = frames[at];
  const other = place.compare === null ? undefined : frames[at + place.compare] ?? frames[at - place.compare];
  useEffect(() => {
    if (table !== null && frames.length > 1) images.wantAlso(nearest(frames, at).flatMap((each) => [each.images.thumbnail, each.images.fitted]));
  }, [table, frames, at, images]);
  const many = table !== null && frames.filter((each) => each.answerable).length > 1;
  const mayExcept = many && frame !== undefined && frame.answerable && frame.imageId !== item?.imageId;

  /** A burst that is emptied at once is asked about twice. */
  function commit(decision: Decision): void {
    if (place.excepting && table !== null && frame !== undefined) {
      table.see(itemId, frame.imageId);
      table.except(itemId, frame.imageId, decision);
      return go({ excepting: false });
    }
    const empties = decision.kind === 'bad_image' || (decision.kind === 'class' && saysEmpty(classes.find((each) => each.classId === decision.classId)?.name ?? ''));
    const again = place.asking !== null && sameDecision(place.asking.decision, decision) && Date.now() - place.asking.at < askedForMs;
    if (many && empties && !again) return go({ asking: { decision, at: Date.now() } });
    decide(decision);
  }

  return {
    frames, at, mayExcept, excepting: place.excepting,
    /** The frame in place of the item's own image, where bursts are shown whole. */
    shown: table === null ? null : frame ?? null,
    against: other?.images.fitted ?? null,
    asking: place.asking === null ? null : { decision: place.asking.decision, count: table?.seen(itemId).size ?? 0 },
    decide: commit,
    show: (index: number): void => go({ frame: index, excepting: false }),
    move: (by: number): void => go({ frame: Math.min(Math.max(0, at + by), Math.max(0, frames.length - 1)), excepting: false }),
    compare: (direction: 1 | -1): void => go({ compare: place.compare === direction ? null : direction }),
    toggleException(): void {
      if (table === null || frame === undefined) return;
      if (table.exceptions(itemId).has(frame.imageId)) { table.except(itemId, frame.imageId, null); go({ excepting: false }); }
      else go({ excepting: !place.excepting });
    },
  };
}

const sameDecision = (a: Decision, b: Decision): boolean => a.kind === b.kind && a.classId === b.classId;
const nearest = (frames: readonly Frame[], at: number): readonly Frame[] => frames.slice(Math.max(0, at - 2), at + 6);
