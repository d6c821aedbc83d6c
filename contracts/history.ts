import { z } from 'zod';
import { idSchema, instantSchema, pageOf } from './common.ts';

const word = z.string().min(1).max(200);
/** GET …/history: who did what, newest first. `action` may end in a star: `label.*`; `except` leaves some out in the same way. */
export const historyQuerySchema = z.strictObject({
  actor: word.optional(), action: word.optional(), except: word.optional(), subject: word.optional(),
  after: idSchema.optional(), limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const historyEventSchema = z.strictObject({
  id: idSchema,
  at: instantSchema,
  /** Of a person, a key, or a part of the product, for instance `gate`. */
  actor: z.string(),
  /** The person's or the key's name, where the actor is one. */
  actorName: z.string().nullable(),
  action: z.string(),
  subject: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});
export type HistoryEventReply = z.infer<typeof historyEventSchema>;
export const historySchema = pageOf(historyEventSchema);
