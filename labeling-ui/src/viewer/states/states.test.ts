import { describe, expect, it } from 'vitest';
import { mayDecide, scaleMax, transition, type ViewerState } from './index.ts';

const show = (ready: 'nothing' | 'thumbnail' | 'fitted') => transition({ name: 'empty' }, { type: 'show', itemId: 'a', ready });

describe('viewer states', () => {
  it('cannot be decided before something is seen, and can once the thumbnail is', () => {
    const loading = show('nothing');
    expect([loading.name, mayDecide(loading)]).toEqual(['loading', false]);
    const thumbnail = transition(loading, { type: 'loaded', itemId: 'a', what: 'thumbnail' });
    expect([thumbnail.name, mayDecide(thumbnail)]).toEqual(['thumbnail', true]);
    expect(transition(thumbnail, { type: 'loaded', itemId: 'a', what: 'fitted' }).name).toBe('fitted');
  });
  it('never goes back from fitted to thumbnail, and ignores news of another image', () => {
    const fitted = show('fitted');
    expect(transition(fitted, { type: 'loaded', itemId: 'a', what: 'thumbnail' })).toBe(fitted);
    expect(transition(show('nothing'), { type: 'loaded', itemId: 'b', what: 'fitted' }).name).toBe('loading');
    expect(transition(show('nothing'), { type: 'failed', itemId: 'b' }).name).toBe('loading');
  });
  it('an image that fails can be decided, so that it does not block the queue', () => {
    const failed = transition(show('nothing'), { type: 'failed', itemId: 'a' });
    expect([failed.name, mayDecide(failed)]).toEqual(['failed', true]);
    expect(transition(show('thumbnail'), { type: 'failed', itemId: 'a' }).name).toBe('thumbnail');
  });
  it('zooms about the pointer, within limits, and back to fitted', () => {
    let state: ViewerState = show('fitted');
    for (let i = 0; i < 50; i += 1) state = transition(state, { type: 'zoom', by: 1.3, at: { x: 0.5, y: -0.5 } });
    expect(state).toEqual({ name: 'zoomed', itemId: 'a', view: { scale: scaleMax, x: -3.5, y: 3.5 } });
    expect(transition(state, { type: 'pan', x: 100, y: -100 })).toMatchObject({ view: { x: 3.5, y: -3.5 } });
    expect(transition(state, { type: 'toggle-zoom' }).name).toBe('fitted');
    for (let i = 0; i < 50; i += 1) state = transition(state, { type: 'zoom', by: 0.7 });
    expect(state.name).toBe('fitted');
  });
  it('shows the next image unzoomed', () => {
    const zoomed = transition(show('fitted'), { type: 'toggle-zoom' });
    expect(transition(zoomed, { type: 'show', itemId: 'b', ready: 'thumbnail' })).toEqual({ name: 'thumbnail', itemId: 'b' });
    expect(transition(zoomed, { type: 'show', itemId: null, ready: 'nothing' })).toEqual({ name: 'empty' });
  });
});
