import { PerennialError } from '../../domain/errors.ts';
import type { ObjectStore } from '../../domain/ports.ts';
import type { ModelFiles, ModelVersion } from '../../domain/ports-models.ts';
import type { Preprocessing } from '../../domain/preprocessing.ts';

export interface StoredBackbone {
  readonly bytes: Uint8Array;
  readonly key: string;
  readonly weightsDigest: string;
  readonly preprocessing: Preprocessing;
  readonly preprocessingDigest: string;
}

/** Where the backbone of a project's models comes from: the champion's, or the default one before there is a champion. */
export interface BackboneSource {
  of(champion: ModelVersion | null): Promise<StoredBackbone>;
}

export const backboneKey = (weightsDigest: string): string => `backbones/${weightsDigest}.onnx`;

/**
 * @param readDefault reads the default backbone's file
 * @returns a source that keeps the last backbone read, for it is the same from week to week
 */
export function createBackboneSource(deps: { store: ObjectStore; files: ModelFiles; readDefault: () => Promise<Uint8Array> }): BackboneSource {
  let kept: StoredBackbone | null = null;
  const stored = (bytes: Uint8Array, key: string): StoredBackbone => ({ bytes, key, ...deps.files.facts(bytes) });
  return {
    async of(champion) {
      if (champion === null) {
        const bytes = await deps.readDefault();
        const facts = deps.files.facts(bytes);
        const key = backboneKey(facts.weightsDigest);
        await deps.store.putIfAbsent(key, bytes);
        return { bytes, key, ...facts };
      }
      if (champion.backboneKey === null) throw new PerennialError('MODEL_VERSION_NOT_FOUND', 'The champion has no backbone of its own to train on.');
      if (kept?.key !== champion.backboneKey) kept = stored(await deps.store.get(champion.backboneKey), champion.backboneKey);
      return kept;
    },
  };
}
