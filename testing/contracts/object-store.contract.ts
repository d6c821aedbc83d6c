import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../domain/ports.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What every object store must do. `create` gives a store; keys are under a prefix of the run's own. */
export function objectStoreContract(name: string, create: () => ObjectStore | Promise<ObjectStore>): void {
  const prefix = `contract/${Math.random().toString(36).slice(2)}/`;
  describe(`${name} keeps the object store's contract`, () => {
    it('gives back the bytes that were put', async () => {
      const store = await create();
      await store.put(`${prefix}a`, bytesOf('one'), 'text/plain');
      expect(Buffer.from(await store.get(`${prefix}a`)).toString()).toBe('one');
      await store.put(`${prefix}a`, bytesOf('two'));
      expect(Buffer.from(await store.get(`${prefix}a`)).toString()).toBe('two');
    });
    it('keeps the first of two putIfAbsent', async () => {
      const store = await create();
      expect(await store.putIfAbsent(`${prefix}b`, bytesOf('first'))).toBe(true);
      expect(await store.putIfAbsent(`${prefix}b`, bytesOf('second'))).toBe(false);
      expect(Buffer.from(await store.get(`${prefix}b`)).toString()).toBe('first');
    });
    it('refuses a missing object by code', async () => {
      const store = await create();
      await expect(store.get(`${prefix}none`)).rejects.toMatchObject({ code: 'STORE_OBJECT_NOT_FOUND' });
      expect(await store.exists(`${prefix}none`)).toBe(false);
    });
    it('lists what is under a prefix in order, and removes', async () => {
      const store = await create();
      for (const key of ['c/2', 'c/1', 'd/1']) await store.put(`${prefix}${key}`, bytesOf(key));
      expect(await Array.fromAsync(store.list(`${prefix}c/`))).toEqual([`${prefix}c/1`, `${prefix}c/2`]);
      await store.remove(`${prefix}c/1`);
      expect(await store.exists(`${prefix}c/1`)).toBe(false);
      await store.remove(`${prefix}c/1`);
    });
    it('keeps empty and binary objects', async () => {
      const store = await create();
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      await store.put(`${prefix}e`, all);
      expect(Uint8Array.from(await store.get(`${prefix}e`))).toEqual(all);
      await store.put(`${prefix}f`, new Uint8Array());
      expect((await store.get(`${prefix}f`)).byteLength).toBe(0);
      await store.check();
    });
  });
}
