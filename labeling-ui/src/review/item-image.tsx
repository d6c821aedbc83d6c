import type { ReviewItemReply } from '../../../contracts/reviews.ts';
import { messages } from '../messages/en.ts';

/** The image: its thumbnail at once, the full one over it as soon as it is there. */
export function ItemImage({ item, zoomed, onZoom }: { item: ReviewItemReply; zoomed: boolean; onZoom: () => void }) {
  return (
    <div className="stage" data-zoomed={zoomed} onDoubleClick={onZoom} tabIndex={zoomed ? 0 : undefined}>
      <img key={`${item.id} thumbnail`} src={item.images.thumbnail} alt="" aria-hidden="true" />
      <img key={item.id} src={item.images.fitted} alt={messages.review.image(item.camera, item.capturedAt)} data-testid="review-image" data-item-id={item.id} draggable={false} />
    </div>
  );
}
