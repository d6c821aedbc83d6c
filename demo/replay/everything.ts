import { answerOf } from '../../domain/head.ts';
import type { MatrixProducts } from '../../domain/matrix-products.ts';
import { trainHead } from '../../training/train-head.ts';

/** An embedding with its true class. */
export interface KnownEmbedding {
  readonly embedding: Float32Array;
  readonly classId: number;
  readonly group: string;
}

/**
 * Which answers of a head that was given the true label of everything are right, in the order of `exam`.
 * @param known all arrivals so far, with at least two classes among them
 * @param exam what it is asked
 */
export async function labelEverything(deps: { readonly products: MatrixProducts; readonly now: () => number }, known: readonly KnownEmbedding[], exam: readonly KnownEmbedding[], classes: number, seed: number): Promise<boolean[]> {
  const d = known[0]?.embedding.length ?? 0;
  const embeddings = new Float32Array(known.length * d);
  known.forEach((each, row) => embeddings.set(each.embedding, row * d));
  const { head } = await trainHead(deps, {
    embeddings, d, n: known.length, seed, labels: known.map((each) => each.classId), groups: known.map((each) => each.group), classIds: Array.from({ length: classes }, (_, i) => i),
  });
  return exam.map((each) => head.classIds[answerOf(head, each.embedding).top] === each.classId);
}
