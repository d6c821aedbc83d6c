import { createHash } from 'node:crypto';
import { type BroughtModel, headOverClasses, type ImportSpecification } from '../../domain/model-import.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import { composeModel } from './head-model.ts';
import { importModel } from './import-model.ts';
import type { ChildLimits } from './loading-child.ts';
import { digestOfPreprocessing } from './model-files.ts';

export interface BringRequest {
  readonly bytes: Uint8Array;
  readonly specification: ImportSpecification;
  readonly classes: readonly ProjectClass[];
  readonly rowOf: readonly (number | null)[];
  readonly limits?: ChildLimits;
}

const withHash = (bytes: Uint8Array): { bytes: Uint8Array; sha256: string } => ({ bytes, sha256: createHash('sha256').update(bytes).digest('hex') });

/** A file from outside as the network that serving loads, the head over the project's classes, and the file that is registered. */
export async function bringModel({ bytes, specification, classes, rowOf, limits }: BringRequest): Promise<BroughtModel> {
  const model = await importModel(bytes, specification, limits);
  const head = headOverClasses(model.head, classes, rowOf);
  const { preprocessing, weightsDigest, embedding, batch, remarks } = model;
  const artifact = composeModel({ backbone: model.bytes, head, classNames: classes.map((each) => each.name), preprocessing, notes: { 'perennial.imported': withHash(bytes).sha256 } });
  const { millisecondsPerImage, peakMemoryBytes, batchDifference } = model.report;
  return {
    backbone: withHash(model.bytes), artifact: withHash(artifact), head, weightsDigest, preprocessing, preprocessingDigest: digestOfPreprocessing(preprocessing),
    embedding, batch, remarks, measured: { millisecondsPerImage, peakMemoryBytes, batchDifference },
  };
}
