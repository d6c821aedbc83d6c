import { z } from 'zod';
import { fenceSchema, idSchema, instantSchema, pageQuerySchema, shareSchema } from './common.ts';
import { roundSchema } from './reviews.ts';

/** GET …/rounds?after=&limit=: newest first, as before; `next` is the number to go on from. GET …/rounds/{round}: one. */
export const roundsQuerySchema = pageQuerySchema.extend({ after: z.coerce.number().int().min(1).optional() });

/** POST …/rounds/{round}/deadline (engineer): moves the end of an open round; it lies in the future. REVIEW_ROUND_CLOSED where it is closed. */
export const deadlineBodySchema = z.strictObject({ deadlineAt: instantSchema });

/** GET …/rounds/{round}/progress (annotator): live figures. */
export const roundProgressSchema = z.strictObject({
  round: roundSchema,
  open: z.number().int(),
  /** Held by somebody at this moment; counted in `open`. */
  held: z.number().int(),
  settled: z.number().int(),
  unresolved: z.number().int(),
  /** Answers in the last 60 minutes, and of how many people. */
  answersLastHour: z.number().int(),
  peopleLastHour: z.number().int(),
  /** Images decided in the last 60 minutes, by people, frames of bursts counted. */
  imagesLastHour: z.number().int(),
  /** Middle time of one answer over the round, from real lead times; null before there are any. */
  leadTimeMsMedian: z.number().nullable(),
  /** Hours of one person's time that the open items will take at that pace; null before it is known. */
  hoursLeft: z.number().nullable(),
  /** By the pace of the last hour; null where nobody answered. */
  endsAt: instantSchema.nullable(),
});

/** GET …/rounds/{round}/items?state=&after=&limit= (adjudicator): nothing of the model's answer on blind ones that are not settled. */
export const roundItemStates = ['open', 'settled', 'unresolved'] as const;
export const roundItemsQuerySchema = pageQuerySchema.extend({ after: idSchema.optional(), state: z.enum(roundItemStates).optional() });
export const roundItemSchema = z.strictObject({
  id: idSchema,
  imageId: idSchema,
  images: z.strictObject({ thumbnail: z.string(), fitted: z.string() }),
  state: z.enum(['open', 'settled', 'unresolved', 'waiting', 'passed_over']),
  blind: z.boolean(),
  answers: z.number().int(),
  answersWanted: z.number().int(),
  label: z.strictObject({ kind: z.string(), classId: z.number().int().nullable(), className: z.string().nullable() }).nullable(),
  prediction: z.strictObject({ classId: z.number().int(), className: z.string(), confidence: shareSchema }).nullable(),
  heldBy: z.string().nullable(),
});

/** POST …/review/leases/release: give items back before their time; those whose fence is not mine any more are `lost`. */
export const releaseBodySchema = z.strictObject({ items: z.array(z.strictObject({ id: idSchema, fence: fenceSchema })).max(200) });
export const releaseReplySchema = z.strictObject({ released: z.array(idSchema), lost: z.array(idSchema) });

/** GET …/review/statistics?days=30 (annotator): one's own. Days are those of the project's time zone. */
export const statisticsQuerySchema = z.strictObject({ days: z.coerce.number().int().min(1).max(366).default(30) });
export const personStatisticsSchema = z.strictObject({
  answers: z.number().int(),
  /** Images those answers decided: frames of bursts counted. */
  images: z.number().int(),
  skips: z.number().int(),
  withdrawn: z.number().int(),
  leadTimeMsMedian: z.number().nullable(),
  leadTimeMsP90: z.number().nullable(),
  /** Images an hour of own lead time; null where no times are known. */
  imagesPerHour: z.number().nullable(),
  answersLastHour: z.number().int(),
  /** Of settled items that others answered, too, or an adjudicator settled: how often the label is this person's. */
  agreed: z.strictObject({ items: z.number().int(), share: shareSchema.nullable() }),
  byDay: z.array(z.strictObject({ day: z.iso.date(), answers: z.number().int(), images: z.number().int(), leadTimeMsMedian: z.number().nullable() })),
});
export type PersonStatistics = z.infer<typeof personStatisticsSchema>;

/** GET …/people/statistics?days= (engineer): the same for everyone who answered. */
export const peopleStatisticsSchema = z.strictObject({ items: z.array(z.strictObject({ id: z.string(), name: z.string(), role: z.string().nullable(), statistics: personStatisticsSchema })) });
