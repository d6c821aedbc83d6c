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

/** Where the backbone of a project's models comes from. */
export interface BackboneSource {
  /** What the next head is fitted on: the champion's, or the default one before there is a champion and where the champion has no features. */
  of(champion: ModelVersion | null): Promise<StoredBackbone>;
  /** The network of a model version itself. @throws PerennialError MODEL_VERSION_NOT_FOUND where it has none */
  own(version: ModelVersion): Promise<StoredBackbone>;
  /** A backbone of the default package's family by name. @throws PerennialError TRAINING_INPUT_INVALID saying what can be given instead */
  named(name: string): Promise<StoredBackbone>;
}

/** Backbones whose weights are published as packages. */
export const backboneFamily = ['efficientnet-lite0', 'efficientnet-lite1', 'efficientnet-lite2'] as const;

/** The file says how pictures are prepared, too: the same weights with another preparation are another object. */
export const backboneKey = ({ weightsDigest, preprocessingDigest }: Pick<StoredBackbone, 'weightsDigest' | 'preprocessingDigest'>): string => `backbones/${weightsDigest}-${preprocessingDigest.slice(0, 16)}.onnx`;

/**
 * @param readDefault reads the default backbone's file
 * @param readNamed reads the file of one of the family, null where it is not on this machine
 * @returns a source that keeps the last backbone read, for it is the same from week to week
 */
export function createBackboneSource(deps: { store: ObjectStore; files: ModelFiles; readDefault: () => Promise<Uint8Array>; readNamed: (name: string) => Promise<Uint8Array | null> }): BackboneSource {
  let kept: (StoredBackbone & { readonly embedding: 'features' | 'logits' }) | null = null;
  async function own(version: ModelVersion): Promise<NonNullable<typeof kept>> {
    const key = version.backboneKey;
    if (key === null) throw new PerennialError('MODEL_VERSION_NOT_FOUND', 'The champion has no backbone of its own to train on.');
    if (kept?.key === key) return kept;
    const bytes = await deps.store.get(key);
    return (kept = { bytes, key, ...deps.files.facts(bytes) });
  }
  const standard = async (): Promise<StoredBackbone> => keep(await deps.readDefault());
  async function keep(bytes: Uint8Array): Promise<StoredBackbone> {
    const facts = deps.files.facts(bytes);
    const key = backboneKey(facts);
    await deps.store.putIfAbsent(key, bytes);
    return { bytes, key, ...facts };
  }
  return {
    own,
    async named(name) {
      const known = backboneFamily.find((each) => each === name);
      const bytes = known === undefined ? null : await deps.readNamed(known);
      if (bytes !== null) return keep(bytes);
      throw new PerennialError('TRAINING_INPUT_INVALID', known === undefined
        ? `${name} is not a backbone that can be had: give champion or one of ${backboneFamily.join(', ')}. Weights of timm and torchvision are not published as packages; import an ONNX file of such a network, promote it, and train it as champion.`
        : `The weights of ${name} are not on this machine: perennial trainer install fetches them.`);
    },
    async of(champion) {
      if (champion === null) return standard();
      const found = await own(champion);
      // Nothing before the answers of such a model can be fitted on: its successor stands on the default backbone.
      return found.embedding === 'logits' ? standard() : found;
    },
  };
}
