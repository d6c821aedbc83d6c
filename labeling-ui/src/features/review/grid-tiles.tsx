import { type Ref, useEffect, useRef } from 'react';
import type { ReviewItemReply } from '../../../../contracts/reviews.ts';
import { formatShare, t } from '../../messages/index.ts';
import { keepFocus } from './action-buttons.tsx';
import { SeenImage } from './frame-strip.tsx';
import type { GridSession, GridSnapshot } from './grid-session.ts';
import { decisionInWords } from './words.ts';

/** The page's images. What was not loaded and on screen says so, and is not accepted. */
export function GridTiles({ ref, snapshot, session }: { ref: Ref<HTMLUListElement>; snapshot: GridSnapshot; session: GridSession }) {
  return (
    <ul ref={ref} className="tiles" aria-label={t('grid.tiles')} aria-busy={snapshot.phase === 'loading'}>
      {snapshot.items.map((item, index) => <Tile key={item.id} item={item} index={index} snapshot={snapshot} session={session} />)}
    </ul>
  );
}

function Tile({ item, index, snapshot, session }: { item: ReviewItemReply; index: number; snapshot: GridSnapshot; session: GridSession }) {
  const button = useRef<HTMLButtonElement>(null);
  const current = index === snapshot.at;
  useEffect(() => { if (current) button.current?.scrollIntoView({ block: 'nearest' }); }, [current]);
  const exception = snapshot.exceptions.get(item.id);
  const state = exception !== undefined ? 'exception' : snapshot.seen.has(item.imageId) ? 'accepted' : 'unseen';
  const words = exception === undefined ? t(`grid.tile.${state === 'unseen' ? 'unseen' : 'accepted'}`) : exception === null ? t('grid.tile.closer') : decisionInWords(exception, snapshot.classes);
  return (
    <li>
      <button ref={button} type="button" className="tile" data-item={item.id} data-image={item.imageId} data-state={state} aria-current={current} aria-pressed={exception !== undefined} onMouseDown={keepFocus} onClick={() => { session.go(index); session.toggle(item.id); }}>
        <SeenImage src={item.images.thumbnail} alt={t('grid.tile', { number: index + 1 })} seen={() => session.see(item.imageId)} />
        <span className="tile-words">{words}</span>
        <span className="tile-share">{item.prediction === null ? '' : formatShare(item.prediction.confidence)}</span>
      </button>
    </li>
  );
}
