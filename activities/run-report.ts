import type { RunReport } from '../application/models/register-run.ts';
import { answerOf } from '../domain/head.ts';
import { evaluate } from '../training/evaluate.ts';

/** Draws a run's plots. Pictures are made by what is given; the data they show stand beside them. */
export function createRunReport(draw: { files(evaluation: ReturnType<typeof evaluate>, classNames: readonly string[]): Promise<readonly { path: string; bytes: Uint8Array; mediaType: string }[]> }): RunReport {
  return async ({ heldOut: { head, truths, embeddings }, classes }) => {
    if (embeddings.length === 0) return [];
    const width = head.classIds.length;
    const probabilities = new Float32Array(embeddings.length * width);
    embeddings.forEach((embedding, at) => probabilities.set(answerOf(head, embedding).probabilities, at * width));
    const labels = Int32Array.from(truths, (truth) => head.classIds.indexOf(truth));
    const evaluation = evaluate({ probabilities, labels, classes: width });
    const names = head.classIds.map((id) => classes.find((each) => each.classId === id)?.name ?? String(id));
    const { correct: _correct, ...figures } = evaluation;
    const data = { path: 'evaluation/holdout.json', bytes: new TextEncoder().encode(JSON.stringify({ classes: names, ...figures }, null, 1)), mediaType: 'application/json' };
    return [data, ...(await draw.files(evaluation, names))];
  };
}
