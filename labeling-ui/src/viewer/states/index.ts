/** What the viewer is doing. One name at a time; what may be decided follows from it. */
export type ViewerState =
  | { readonly name: 'empty' }
  | { readonly name: 'loading'; readonly itemId: string }
  | { readonly name: 'thumbnail'; readonly itemId: string }
  | { readonly name: 'fitted'; readonly itemId: string }
  | { readonly name: 'zoomed'; readonly itemId: string; readonly view: View }
  | { readonly name: 'failed'; readonly itemId: string };

/** Scale 1 is the fitted image; x and y move its centre, in shares of the frame. */
export interface View { readonly scale: number; readonly x: number; readonly y: number }

export type ViewerEvent =
  | { readonly type: 'show'; readonly itemId: string | null; readonly ready: 'nothing' | 'thumbnail' | 'fitted' }
  | { readonly type: 'loaded'; readonly itemId: string; readonly what: 'thumbnail' | 'fitted' }
  | { readonly type: 'failed'; readonly itemId: string }
  | { readonly type: 'zoom'; readonly by: number; readonly at?: { readonly x: number; readonly y: number } }
  | { readonly type: 'toggle-zoom' }
  | { readonly type: 'pan'; readonly x: number; readonly y: number };

export const scaleMax = 8;
const toggleScale = 2.5;

/** The state after an event; an event about another image, or one that means nothing now, changes nothing. */
export function transition(state: ViewerState, event: ViewerEvent): ViewerState {
  if (event.type === 'show') return shown(event);
  if (state.name === 'empty') return state;
  switch (event.type) {
    case 'loaded':
      if (event.itemId !== state.itemId || state.name === 'zoomed' || state.name === 'fitted') return state;
      return { name: event.what, itemId: state.itemId };
    case 'failed':
      return event.itemId === state.itemId && state.name === 'loading' ? { name: 'failed', itemId: state.itemId } : state;
    case 'toggle-zoom':
      if (state.name === 'zoomed') return { name: 'fitted', itemId: state.itemId };
      return state.name === 'fitted' || state.name === 'thumbnail' ? { name: 'zoomed', itemId: state.itemId, view: { scale: toggleScale, x: 0, y: 0 } } : state;
    case 'zoom': return zoomed(state, event.by, event.at ?? { x: 0, y: 0 });
    case 'pan':
      return state.name === 'zoomed' ? { ...state, view: held({ ...state.view, x: state.view.x + event.x, y: state.view.y + event.y }) } : state;
  }
}

/** An answer may be given only to an image that has been seen, or that cannot be. */
export const mayDecide = (state: ViewerState): boolean => state.name !== 'empty' && state.name !== 'loading';

function shown({ itemId, ready }: Extract<ViewerEvent, { type: 'show' }>): ViewerState {
  if (itemId === null) return { name: 'empty' };
  return { name: ready === 'nothing' ? 'loading' : ready, itemId };
}

function zoomed(state: Exclude<ViewerState, { name: 'empty' }>, by: number, at: { x: number; y: number }): ViewerState {
  if (state.name === 'loading' || state.name === 'failed') return state;
  const view = state.name === 'zoomed' ? state.view : { scale: 1, x: 0, y: 0 };
  const scale = Math.min(scaleMax, view.scale * by);
  if (scale <= 1) return { name: 'fitted', itemId: state.itemId };
  const ratio = scale / view.scale;
  // The point under the pointer stays where it is.
  return { name: 'zoomed', itemId: state.itemId, view: held({ scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio }) };
}

/** The image never leaves its frame. */
function held({ scale, x, y }: View): View {
  const most = (scale - 1) / 2;
  const hold = (value: number): number => Math.max(-most, Math.min(most, value));
  return { scale, x: hold(x), y: hold(y) };
}
