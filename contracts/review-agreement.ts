import { z } from 'zod';
import { idSchema, instantSchema, pageQuerySchema, shareSchema } from './common.ts';

/** GET …/review/agreement?days=90 (adjudicator): how far people match, over items that two or more answered with a class or as unusable. */
export const agreementQuerySchema = z.strictObject({ days: z.coerce.number().int().min(1).max(3660).default(90) });
export const agreementSchema = z.strictObject({
  items: z.number().int(),
  people: z.number().int(),
  /** Krippendorff's alpha, nominal; null where it is not defined. */
  alpha: z.number().nullable(),
  /** Alpha of "this class or another" for each class. */
  perClass: z.array(z.strictObject({ classId: z.number().int(), name: z.string(), items: z.number().int(), alpha: z.number().nullable() })),
  /** Cohen's kappa of each two people over the items both answered. */
  pairs: z.array(z.strictObject({ first: z.string(), firstName: z.string(), second: z.string(), secondName: z.string(), items: z.number().int(), share: shareSchema, kappa: z.number().nullable() })),
  /** Two classes given to the same image, most often first. */
  confusions: z.array(z.strictObject({ firstId: z.number().int(), firstName: z.string(), secondId: z.number().int(), secondName: z.string(), items: z.number().int() })),
  /** Reliability of each person (Dawid and Skene 1979): the estimated share of right answers, without knowing the truth; and on gold items, with it. */
  annotators: z.array(z.strictObject({
    id: z.string(), name: z.string(), answers: z.number().int(),
    reliability: shareSchema.nullable(),
    gold: z.strictObject({ asked: z.number().int(), right: z.number().int(), low: shareSchema, high: shareSchema }).nullable(),
    /** By true class, where enough is known. */
    byClass: z.array(z.strictObject({ classId: z.number().int(), name: z.string(), right: shareSchema, weight: z.number() })),
  })),
});
export type AgreementReply = z.infer<typeof agreementSchema>;

/** GET …/gold-images (engineer); POST …/gold-images: images whose label is known for certain become gold; DELETE …/gold-images/{image}: retires one. */
export const goldImageSchema = z.strictObject({ imageId: idSchema, classId: z.number().int(), className: z.string(), asked: z.number().int(), right: z.number().int(), addedBy: z.string(), addedAt: instantSchema });
export const goldQuerySchema = pageQuerySchema.extend({ after: idSchema.optional() });
/** `imageIds`, or `sample`: that many at random of those adjudicated, or on which two or more agreed. */
export const addGoldBodySchema = z.strictObject({ imageIds: z.array(idSchema).max(1000).optional(), sample: z.number().int().min(1).max(1000).optional() })
  .refine((b) => (b.imageIds === undefined) !== (b.sample === undefined), { message: 'either imageIds or sample' });
export const addGoldReplySchema = z.strictObject({ added: z.number().int(), skipped: z.array(z.strictObject({ imageId: idSchema, why: z.enum(['no_label', 'already', 'unknown', 'hidden']) })) });
