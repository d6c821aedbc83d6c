import { type RefObject, useEffect, useState } from 'react';

const lensPx = 240;
const factor = 2.5;

/** Where an image shown whole (`object-fit: contain`) lies in its frame. */
export function containedBox(frame: { width: number; height: number }, image: { width: number; height: number }): { x: number; y: number; width: number; height: number } {
  const scale = Math.min(frame.width / image.width, frame.height / image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  return { x: (frame.width - width) / 2, y: (frame.height - height) / 2, width, height };
}

/** A lens under the pointer; before the pointer comes in it rests in the middle, so that a key alone shows it. */
export function Magnifier({ frame, src, filter }: { frame: RefObject<HTMLDivElement | null>; src: string; filter: string | undefined }) {
  const [at, setAt] = useState<{ x: number; y: number } | null>(null);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const follow = (event: PointerEvent): void => {
      const box = element.getBoundingClientRect();
      setAt({ x: event.clientX - box.x, y: event.clientY - box.y });
    };
    element.addEventListener('pointermove', follow);
    element.addEventListener('pointerdown', follow);
    return () => { element.removeEventListener('pointermove', follow); element.removeEventListener('pointerdown', follow); };
  }, [frame]);
  const element = frame.current;
  const picture = element?.querySelector('img') ?? null;
  if (element === null || picture === null || picture.naturalWidth === 0) return null;
  const size = { width: element.clientWidth, height: element.clientHeight };
  const { x, y } = at ?? { x: size.width / 2, y: size.height / 2 };
  const box = containedBox(size, { width: picture.naturalWidth, height: picture.naturalHeight });
  return (
    <div
      className="magnifier" aria-hidden="true"
      style={{
        left: x - lensPx / 2, top: y - lensPx / 2, width: lensPx, height: lensPx, filter,
        backgroundImage: `url("${src}")`, backgroundSize: `${box.width * factor}px ${box.height * factor}px`,
        backgroundPosition: `${lensPx / 2 - (x - box.x) * factor}px ${lensPx / 2 - (y - box.y) * factor}px`,
      }}
    />
  );
}
