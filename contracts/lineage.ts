import { z } from 'zod';

/** A link of the chain, in either direction. */
export const lineageNodeSchema = z.strictObject({
  kind: z.enum(['image', 'arrival', 'prediction', 'flag', 'review_item', 'annotation', 'label', 'dataset_version', 'run', 'model_version', 'gate_report', 'promotion', 'person']),
  id: z.string(),
  title: z.string(),
  at: z.string().nullable(),
});
/** Of what a chain can be asked. */
export const lineageSubjectSchema = z.enum(['prediction', 'label', 'image', 'model_version']);
export const lineageSchema = z.strictObject({
  subject: lineageNodeSchema,
  nodes: z.array(lineageNodeSchema),
  edges: z.array(z.strictObject({ from: z.string(), to: z.string(), because: z.string() })),
});
export type Lineage = z.infer<typeof lineageSchema>;
