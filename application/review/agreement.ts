import type { AgreementReply } from '../../contracts/review-agreement.ts';
import { agreementReport } from '../../domain/agreement-report.ts';
import type { GoldRecords } from '../../domain/ports-review.ts';
import { namer } from './class-names.ts';
import type { ReviewProject } from './claim-items.ts';

export interface AgreementDependencies {
  readonly reviews: GoldRecords;
  readonly project: (projectId: string) => Promise<ReviewProject>;
  readonly names: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/** How far people match, and how reliable each is. */
export async function showAgreement(deps: AgreementDependencies, projectId: string, days: number): Promise<AgreementReply> {
  const { classes, merges } = await deps.project(projectId);
  const today = (answer: number): number => merges?.get(answer) ?? answer;
  const given = await deps.reviews.answersForAgreement(projectId, days);
  const report = agreementReport(given.map((each) => ({ ...each, answer: today(each.answer), gold: each.gold === null ? null : today(each.gold) })));
  const nameOf = namer(classes);
  const people = await deps.names(report.annotators.map((each) => each.userId));
  const personOf = (id: string): string => people.get(id) ?? id;
  return {
    items: report.items, people: report.people, alpha: report.alpha,
    perClass: report.perClass.map((each) => ({ ...each, name: nameOf(each.classId) })),
    pairs: report.pairs.map((each) => ({ ...each, firstName: personOf(each.first), secondName: personOf(each.second) })),
    confusions: report.confusions.map((each) => ({ ...each, firstName: nameOf(each.firstId), secondName: nameOf(each.secondId) })),
    annotators: report.annotators.map(({ userId, byClass, ...each }) => ({ id: userId, name: personOf(userId), ...each, byClass: byClass.map((row) => ({ ...row, name: nameOf(row.classId) })) })),
  };
}

/** Makes images gold: those named, or so many at random among the surest. */
export async function addGold(deps: AgreementDependencies, { projectId, by, imageIds, sample }: { projectId: string; by: string; imageIds: readonly string[] | undefined; sample: number | undefined }) {
  const wanted = imageIds ?? (await deps.reviews.goldCandidates(projectId, sample ?? 0)).map((each) => each.imageId);
  const { added, skipped } = await deps.reviews.addGold({ projectId, imageIds: wanted, by });
  return { added, skipped: [...skipped] };
}
