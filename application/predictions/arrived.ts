import type { AboutImage, Elsewhere } from '../../contracts/predictions.ts';
import type { ReadImage } from '../../domain/ports.ts';
import type { ModelVersion } from '../../domain/ports-models.ts';
import type { ServedModel, ServedProject } from '../../domain/ports-predictions.ts';
import { instantOf } from '../../domain/time-of-image.ts';
import type { ContestedImage } from './ask-both.ts';
import type { Figures } from './figures.ts';

/** What is sent with an image. */
export type About = AboutImage & { readonly elsewhere?: Elsewhere | undefined };

/** An image that was decoded and embedded; its bytes are in the store. */
export interface Read {
  readonly about: About;
  readonly sha256: string;
  readonly byteSize: number;
  readonly read: ReadImage;
  readonly embedding: Float32Array;
  /** What a producer outside answered, by version; null where our champion answers. */
  readonly elsewhere: { readonly version: ModelVersion; readonly figures: Figures } | null;
  /** Where a challenger answers or is compared; null where the champion alone is asked. */
  readonly contested: ContestedImage | null;
}
export type Refused = { readonly refused: { code: string; detail: string; fileName: string | null; sha256: string } };

/** A request of which everything is known and the objects are stored, but no row yet. */
export interface Arrived {
  readonly project: ServedProject;
  readonly model: ServedModel | null;
  readonly backbone: ServedModel['backbone'];
  readonly client: string;
  readonly key: string;
  readonly bodyHash: string;
  readonly outcomes: readonly (Read | Refused)[];
}

/** Requests with the same name may be stored together: they share policy, preprocessing and backbone. */
export const groupNameOf = ({ project, backbone }: Arrived, preprocessingDigest: string): string => [project.id, project.policyVersionId, backbone.weightsDigest, preprocessingDigest].join(' ');

export const objectKeyOf = (projectId: string, sha256: string): string => `projects/${projectId}/images/${sha256}`;

/** When it was taken: as its sender says, else as the camera wrote. */
export const capturedAtOf = ({ about, read }: Pick<Read, 'about' | 'read'>, { timeZone }: ServedProject): Date | null => (about.capturedAt === undefined ? instantOf(read.exif, timeZone) : new Date(about.capturedAt));
