import type { PersonStatistics } from '../../contracts/review-rounds.ts';
import type { StatisticsRecords } from '../../domain/ports-review.ts';

const hourMs = 3_600_000;

/** What one person answered in the last days, how fast, and how often the label is theirs. */
export async function personStatistics(deps: { reviews: StatisticsRecords }, request: { projectId: string; userId: string; days: number; timeZone: string }): Promise<PersonStatistics> {
  const [{ leadTimeMsSum, ...figures }, days, { items, same }] = await Promise.all([deps.reviews.personFigures(request), deps.reviews.personDays(request), deps.reviews.agreed(request)]);
  return {
    ...figures, imagesPerHour: leadTimeMsSum > 0 ? (figures.images * hourMs) / leadTimeMsSum : null,
    agreed: { items, share: items === 0 ? null : same / items }, byDay: days.map((day) => ({ ...day })),
  };
}

/** The same for everybody who answered. */
export async function peopleStatistics(deps: { reviews: StatisticsRecords }, request: { projectId: string; days: number; timeZone: string }) {
  const people = await deps.reviews.answerers(request.projectId, request.days);
  const items = [];
  // One after the other: the page of an engineer does not take the connections of those who answer.
  for (const { id, name, role } of people) items.push({ id, name, role, statistics: await personStatistics(deps, { ...request, userId: id }) });
  return { items };
}
