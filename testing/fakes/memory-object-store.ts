import { PerennialError } from '../../domain/errors.ts';
import type { ObjectStore } from '../../domain/ports.ts';

/** An object store in memory; held to the real one by testing/contracts/object-store.contract.ts. */
export function createMemoryObjectStore(): ObjectStore & { readonly objects: Map<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  return {
    objects,
    async put(key, bytes) { objects.set(key, bytes.slice()); },
    async putIfAbsent(key, bytes) {
      if (objects.has(key)) return false;
      objects.set(key, bytes.slice());
      return true;
    },
    async get(key) {
      const found = objects.get(key);
      if (found === undefined) throw new PerennialError('STORE_OBJECT_NOT_FOUND', undefined, { key });
      return found.slice();
    },
    async exists(key) { return objects.has(key); },
    async *list(prefix) { yield* [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(); },
    async remove(key) { objects.delete(key); },
    async check() { /* always there */ },
  };
}
