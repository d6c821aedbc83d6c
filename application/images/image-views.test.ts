import { expect, it } from 'vitest';
import { PerennialError } from '../../domain/errors.ts';
import { createMemoryObjectStore } from '../../testing/fakes/memory-object-store.ts';
import { createImageViews, makeViewsAhead } from './image-views.ts';

function world() {
  const store = createMemoryObjectStore();
  const keys = new Map<string, string>();
  const decoded: string[] = [];
  const images = createImageViews({
    store, sha256: (bytes) => Buffer.from(bytes).toString(),
    view: async (bytes, sideMax) => {
      const text = Buffer.from(bytes).toString();
      decoded.push(`${text} to ${sideMax}`);
      if (text === 'broken') throw new PerennialError('IMAGE_CORRUPT');
      return { bytes: Buffer.from(`${text}@${sideMax}`), width: 1, height: 1, mediaType: 'image/webp' };
    },
    views: {
      original: async (_project, imageId) => (store.objects.has(imageId) ? { objectKey: imageId, sha256: imageId, mediaType: 'image/jpeg' } : null),
      key: async (imageId, kind) => keys.get(`${imageId}/${kind}`) ?? null,
      remember: async ({ imageId, kind, objectKey }) => { keys.set(`${imageId}/${kind}`, objectKey); },
    },
  });
  return { store, keys, decoded, images };
}

it('decodes an original once for both views, however many ask at once', async () => {
  const { store, decoded, images } = world();
  store.objects.set('one', Buffer.from('one'));
  const all = await Promise.all([images.of('p', 'one', 'thumbnail'), images.of('p', 'one', 'fitted'), images.of('p', 'one', 'thumbnail')]);
  expect(all.map((each) => Buffer.from(each).toString())).toEqual(['one@1600@320', 'one@1600', 'one@1600@320']);
  await images.of('p', 'one', 'fitted');
  expect(decoded).toEqual(['one to 1600', 'one@1600 to 320']);
  await expect(images.of('p', 'two', 'fitted')).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
});

it('makes views ahead in the order of the queue, and passes by what cannot be decoded, telling it once', async () => {
  const { store, keys, images } = world();
  for (const id of ['a', 'broken', 'b']) store.objects.set(id, Buffer.from(id));
  const passed = new Set<string>();
  const failures: unknown[] = [];
  const missing = async (_limit: number, without: readonly string[]) => ['a', 'broken', 'b'].filter((id) => !keys.has(`${id}/thumbnail`) && !without.includes(id)).map((imageId) => ({ projectId: 'p', imageId }));
  expect(await makeViewsAhead({ images, missing, passed, onFailure: (error) => failures.push(error) })).toBe(2);
  expect(await makeViewsAhead({ images, missing, passed, onFailure: (error) => failures.push(error) })).toBe(0);
  expect(failures).toMatchObject([{ code: 'IMAGE_CORRUPT' }]);
  expect([...keys.keys()]).toEqual(['a/fitted', 'a/thumbnail', 'b/fitted', 'b/thumbnail']);
});
