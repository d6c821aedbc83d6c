import { type CSSProperties, type PointerEvent, type ReactNode, useEffect, useReducer, useRef, useState } from 'react';
import type { ReviewItemReply } from '../../../../contracts/reviews.ts';
import { formatTime, t } from '../../messages/index.ts';
import { filterOf, type Light, plainLight } from '../../viewer/light.ts';
import { transition, type ViewerEvent, type ViewerState } from '../../viewer/states/index.ts';
import type { ImageCache } from './image-cache.ts';
import { Magnifier } from './magnifier.tsx';

/** The state of the viewer for the item at hand; it starts from what is in the cache, so that what is loaded shows at once. */
export function useViewer(item: ReviewItemReply | null, images: ImageCache, frame: Picture | null = null): [ViewerState, (event: ViewerEvent) => void] {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const state = useRef<ViewerState>({ name: 'empty' });
  const picture = frame ?? item;
  const itemId = item === null || picture === null ? null : `${item.id}/${picture.imageId}`;
  const shownId = state.current.name === 'empty' ? null : state.current.itemId;
  if (shownId !== itemId) state.current = transition(state.current, { type: 'show', itemId, ready: readyOf(picture, images) });
  const send = (event: ViewerEvent): void => {
    const next = transition(state.current, event);
    if (next === state.current) return;
    state.current = next;
    redraw();
  };
  const sendRef = useRef(send);
  sendRef.current = send;
  useEffect(() => {
    if (picture === null || itemId === null) return;
    const look = (): void => {
      const ready = readyOf(picture, images);
      if (ready !== 'nothing') sendRef.current({ type: 'loaded', itemId, what: ready });
      else if (images.state(picture.images.thumbnail) === 'failed' && images.state(picture.images.fitted) === 'failed') sendRef.current({ type: 'failed', itemId });
    };
    look();
    return images.subscribe(look);
  }, [picture, itemId, images]);
  return [state.current, send];
}

/** What is on screen: an item's own image, or a frame of its burst. */
export interface Picture { readonly imageId: string; readonly images: { readonly thumbnail: string; readonly fitted: string } }

function readyOf(item: Picture | null, images: ImageCache): 'nothing' | 'thumbnail' | 'fitted' {
  if (item === null) return 'nothing';
  if (images.state(item.images.fitted) === 'ready') return 'fitted';
  return images.state(item.images.thumbnail) === 'ready' ? 'thumbnail' : 'nothing';
}

interface ViewerProps {
  readonly item: ReviewItemReply | null;
  /** A frame that is shown in place of the item's own image. */
  readonly shown?: Picture | null;
  readonly state: ViewerState;
  readonly send: (event: ViewerEvent) => void;
  readonly light?: Light;
  readonly magnifier?: boolean;
  /** A frame to take away from this one, so that what moved stands out. */
  readonly against?: string | null;
  /** What lies over the image and moves with it. */
  readonly over?: (style: CSSProperties) => ReactNode;
}

export function Viewer({ item, shown = null, state, send, light = plainLight, magnifier = false, against = null, over }: ViewerProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ x: number; y: number } | null>(null);
  useWheel(frame, send);
  const pan = (event: PointerEvent): void => {
    if (drag === null || frame.current === null) return;
    const box = frame.current.getBoundingClientRect();
    send({ type: 'pan', x: (event.clientX - drag.x) / box.width, y: (event.clientY - drag.y) / box.height });
    setDrag({ x: event.clientX, y: event.clientY });
  };
  const zoomed = state.name === 'zoomed';
  const view = zoomed ? state.view : { scale: 1, x: 0, y: 0 };
  const picture = shown ?? item;
  const src = picture === null || state.name === 'empty' || state.name === 'loading' || state.name === 'failed' ? null : state.name === 'thumbnail' ? picture.images.thumbnail : picture.images.fitted;
  const style = { transform: `translate(${view.x * 100}%, ${view.y * 100}%) scale(${view.scale})`, filter: filterOf(light) };
  return (
    <div
      ref={frame} className="viewer" data-testid="viewer" data-state={state.name} data-item={item?.id ?? ''} data-image={picture?.imageId ?? ''} data-blind={item?.blind ?? false}
      onDoubleClick={() => send({ type: 'toggle-zoom' })}
      onPointerDown={(event) => { if (zoomed) { event.currentTarget.setPointerCapture(event.pointerId); setDrag({ x: event.clientX, y: event.clientY }); } }}
      onPointerMove={pan} onPointerUp={() => setDrag(null)} onPointerCancel={() => setDrag(null)}
    >
      <GammaFilter gamma={light.gamma} />
      {src !== null && <img key={picture?.imageId} src={src} alt={altOf(item)} draggable={false} decoding="sync" style={style} />}
      {src !== null && against !== null && <img src={against} alt="" draggable={false} className="viewer-against" style={style} />}
      {src !== null && over?.({ transform: style.transform })}
      {state.name === 'loading' && <div className="viewer-skeleton" role="img" aria-label={t('review.image.loading')} />}
      {state.name === 'failed' && <p className="viewer-note">{t('review.image.failed')}</p>}
      {zoomed && <p className="viewer-hint">{t('review.zoomed')}</p>}
      {against !== null && !zoomed && <p className="viewer-hint">{t('review.against')}</p>}
      {magnifier && src !== null && <Magnifier frame={frame} src={src} filter={filterOf(light)} />}
    </div>
  );
}

const altOf = (item: ReviewItemReply | null): string => {
  if (item === null) return '';
  if (item.camera === null && item.capturedAt === null) return t('review.image.plain');
  return t('review.image', { camera: item.camera ?? t('review.noCamera'), when: item.capturedAt === null ? t('review.noTime') : formatTime(item.capturedAt) });
};

/** React listens to wheels passively; the page must not scroll while the image is enlarged. */
function useWheel(frame: React.RefObject<HTMLDivElement | null>, send: (event: ViewerEvent) => void): void {
  const sendRef = useRef(send);
  sendRef.current = send;
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      sendRef.current({ type: 'zoom', by: Math.exp(-event.deltaY / 400), at: { x: (event.clientX - box.x) / box.width - 0.5, y: (event.clientY - box.y) / box.height - 0.5 } });
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => { element.removeEventListener('wheel', wheel); };
  }, [frame]);
}

/** What `url(#gamma)` means: above 1 the dark parts are raised, below 1 lowered. */
function GammaFilter({ gamma }: { gamma: number }) {
  if (gamma === 1) return null;
  const curve = { type: 'gamma', amplitude: 1, exponent: 1 / gamma, offset: 0 };
  return (
    <svg width="0" height="0" aria-hidden="true" className="gamma"><filter id="gamma" colorInterpolationFilters="sRGB"><feComponentTransfer><feFuncR {...curve} /><feFuncG {...curve} /><feFuncB {...curve} /></feComponentTransfer></filter></svg>
  );
}
