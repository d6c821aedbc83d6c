import { PerennialError } from '../../domain/errors.ts';
import { answersWantedBy } from '../../domain/policy.ts';
import type { ReportRecords, ServedProject } from '../../domain/ports-predictions.ts';

/** Somebody who uses the answers knows this one to be wrong: worth more than any doubt of the model's own. */
const reportedValue = 2;

/**
 * Takes a report that a prediction is wrong: it is flagged and a person will be asked. The reporter's class is kept with
 * the report and never becomes a label by itself.
 * @throws PerennialError PREDICTION_NOT_FOUND, CLASS_UNKNOWN
 */
export async function reportPrediction(
  deps: { records: ReportRecords; project: (slug: string) => Promise<ServedProject>; random: () => number },
  request: { projectSlug: string; predictionId: string; by: string; classId: number | null; comment: string | null },
) {
  const { id, classes, policy } = await deps.project(request.projectSlug);
  if (request.classId !== null && !classes.some((each) => each.classId === request.classId)) throw new PerennialError('CLASS_UNKNOWN', undefined, { classId: request.classId });
  const { predictionId, by, classId, comment } = request;
  return deps.records.report({
    projectId: id, predictionId, by, classId, comment, blind: deps.random() < policy.review.blindShare, value: reportedValue, answersWanted: answersWantedBy(policy.review, deps.random),
  });
}
