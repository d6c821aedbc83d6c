import { z } from 'zod';
import { classSchema, clientKeySchema, idSchema, instantSchema } from './common.ts';

const nameSchema = z.string().trim().min(1).max(120);
const descriptionSchema = z.string().max(2000);

/** GET …/classes (annotator): the classes of today, what became of those that went, and what people proposed. */
export const classesSchema = z.strictObject({
  version: z.number().int(),
  classes: z.array(classSchema.extend({ description: z.string().nullable(), labels: z.number().int() })),
  /** Ids are never used again: a merged or split class says where its labels went. */
  gone: z.array(classSchema.extend({ how: z.enum(['merged', 'split']), into: z.array(z.number().int()), at: instantSchema })),
  proposals: z.array(z.strictObject({ name: z.string(), count: z.number().int(), people: z.number().int(), newestItem: idSchema, newestAt: instantSchema, comments: z.array(z.string()).max(5) })),
});

/** Every change is an act with a key: the same key again has one effect. All of them: engineer. */
export const changeReplySchema = z.strictObject({
  version: z.number().int(),
  /** The class that was made or changed; with a split, the new ones. */
  classIds: z.array(z.number().int()),
  /** Labels that followed, by new records. */
  labelsMoved: z.number().int(),
  /** Items that people are asked about again (a split). */
  itemsAsked: z.number().int(),
  /** The policy's version, where the act changed it. */
  policyVersion: z.number().int(),
});
export type ClassChangeReply = z.infer<typeof changeReplySchema>;

/** POST …/classes */
export const addClassBodySchema = z.strictObject({ key: clientKeySchema, name: nameSchema, description: descriptionSchema.optional() });
/** PATCH …/classes/{classId}: a name or description; the id and the labels stay. */
export const editClassBodySchema = z.strictObject({ key: clientKeySchema, name: nameSchema.optional(), description: descriptionSchema.nullable().optional() })
  .refine((b) => b.name !== undefined || b.description !== undefined, { message: 'a name or a description' });
/** POST …/classes/merges: labels of `from` become labels of `into`. */
export const mergeClassesBodySchema = z.strictObject({ key: clientKeySchema, from: z.array(z.number().int().min(0)).min(1).max(100), into: z.number().int().min(0) })
  .refine((b) => !b.from.includes(b.into) && new Set(b.from).size === b.from.length, { message: 'a class does not merge into itself, nor twice' });
/**
 * POST …/classes/{classId}/split: new classes take its place. Images named in `into[].imageIds` get their new class at once; all other labels
 * of the class are taken back and asked about again.
 */
export const splitClassBodySchema = z.strictObject({
  key: clientKeySchema,
  into: z.array(z.strictObject({ name: nameSchema, description: descriptionSchema.optional(), imageIds: z.array(idSchema).max(5000).default([]) })).min(2).max(20),
});
