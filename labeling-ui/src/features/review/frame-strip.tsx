import { useEffect, useRef } from 'react';
import { formatClock, t } from '../../messages/index.ts';
import { keepFocus } from './action-buttons.tsx';
import type { Frame } from './frames.ts';
import type { Decision } from './save-queue.ts';
import { decisionInWords } from './words.ts';

interface StripProps {
  readonly frames: readonly Frame[];
  readonly at: number;
  readonly seen: ReadonlySet<string>;
  readonly exceptions: ReadonlyMap<string, Decision>;
  readonly classes: readonly { classId: number; name: string }[];
  readonly show: (index: number) => void;
  readonly see: (imageId: string) => void;
}

/** The frames of a burst in order of time; a frame counts as seen once it was loaded and on screen. */
export function FrameStrip({ frames, at, seen, exceptions, classes, show, see }: StripProps) {
  const strip = useRef<HTMLOListElement>(null);
  useEffect(() => { strip.current?.children[at]?.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }, [at, frames]);
  const answerable = frames.filter((frame) => frame.answerable);
  return (
    <div className="frames">
      <p className="quiet" role="status">{t('burst.seen', { seen: answerable.filter((frame) => seen.has(frame.imageId)).length, total: answerable.length })}</p>
      <ol ref={strip} aria-label={t('burst.frames')}>
        {frames.map((frame, index) => {
          const exception = exceptions.get(frame.imageId);
          return (
            <li key={frame.imageId}>
              <button type="button" aria-current={index === at} data-seen={seen.has(frame.imageId)} data-exception={exception !== undefined} data-around={!frame.answerable} onMouseDown={keepFocus} onClick={() => show(index)}>
                <span className="visually-hidden">{frameInWords(index, frame, exception, classes)}</span>
                <SeenImage src={frame.images.thumbnail} seen={() => see(frame.imageId)} />
                <span className="frame-name">{exception === undefined ? frame.top?.name ?? (frame.capturedAt === null ? String(index + 1) : formatClock(frame.capturedAt)) : decisionInWords(exception, classes)}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function frameInWords(index: number, frame: Frame, exception: Decision | undefined, classes: StripProps['classes']): string {
  const name = t('burst.frame', { number: index + 1 });
  if (exception !== undefined) return t('burst.frame.exception', { name, answer: decisionInWords(exception, classes) });
  return frame.answerable ? name : t('burst.frame.around', { name });
}

/** Tells once that the image was loaded and half of it on screen. */
export function SeenImage({ src, seen, alt = '' }: { src: string; seen: () => void; alt?: string }) {
  const image = useRef<HTMLImageElement>(null);
  const now = useRef(seen);
  now.current = seen;
  useEffect(() => {
    const element = image.current;
    if (element === null) return;
    let onScreen = false;
    const look = (): void => { if (onScreen && element.complete && element.naturalWidth > 0) { now.current(); observer.disconnect(); } };
    const observer = new IntersectionObserver((entries) => { onScreen = entries.at(-1)?.isIntersecting ?? false; look(); }, { threshold: 0.5 });
    observer.observe(element);
    element.addEventListener('load', look);
    return () => { observer.disconnect(); element.removeEventListener('load', look); };
  }, [src]);
  return <img ref={image} src={src} alt={alt} draggable={false} />;
}
