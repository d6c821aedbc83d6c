import { z } from 'zod';

export const idSchema = z.uuid();
export const slugSchema = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/, 'lower-case letters, digits and dashes, at most 48');
export const instantSchema = z.iso.datetime({ offset: true });
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
/** Chosen by the caller, so that sending the same write twice has one effect. */
export const clientKeySchema = z.string().min(1).max(200).regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces');
/** Counts the holders of an item; a column of 32 bits. */
export const fenceSchema = z.number().int().min(0).max(2_147_483_647);
export const shareSchema = z.number().min(0).max(1);

/** A page of a listing; `next` goes into `?after=`. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), next: z.string().nullable() });
}
export const pageQuerySchema = z.strictObject({
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

/** RFC 9457 problem details; `code` is from docs/ERRORS.md. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
  details: z.record(z.string(), z.unknown()).optional(),
  requestId: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

export const classSchema = z.strictObject({ classId: z.number().int().min(0), name: z.string().min(1).max(120) });
