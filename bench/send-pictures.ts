import type { Spent } from './raw-loop.ts';
import type { ServingHouse } from './serving-house.ts';

/** The same picture with other last bytes: a new image at the same cost of decoding. */
export const variant = (jpeg: Uint8Array, at: number): Uint8Array => Buffer.concat([jpeg, Buffer.from([at & 255, (at >> 8) & 255, (at >> 16) & 255])]);

/** Sends all, so many at a time; what is spent is the serving process's processor time. */
export async function sendAll(house: ServingHouse, pictures: readonly Uint8Array[], concurrency: number): Promise<Spent> {
  let next = 0;
  const [cpu, start] = [house.cpuSeconds(), performance.now()];
  await Promise.all(Array.from({ length: concurrency }, async () => {
    for (let at = next++; at < pictures.length; at = next++) await house.post(pictures[at]!);
  }));
  return { cpuSeconds: house.cpuSeconds() - cpu, seconds: (performance.now() - start) / 1000 };
}
