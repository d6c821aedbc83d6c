import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { keyRoles } from '../domain/roles.ts';

const tokenSchema = z.strictObject({ kind: z.enum(['person', 'key']), id: z.string(), name: z.string(), role: z.enum(keyRoles), cameraId: z.string().optional(), projectId: z.string(), until: z.number() });
export type ActorToken = Omit<z.output<typeof tokenSchema>, 'until'>;

const lifeMs = 60_000;
const macOf = (payload: string, secret: string): Buffer => createHmac('sha256', secret).update(`actor\n${payload}`).digest();

/** Says to serving who the api found to be asking; holds for a minute. */
export function signActor(actor: ActorToken, secret: string): string {
  const payload = Buffer.from(JSON.stringify({ ...actor, until: Date.now() + lifeMs })).toString('base64url');
  return `${payload}.${macOf(payload, secret).toString('base64url')}`;
}

/** Who a token names; null where it is forged, damaged or too old. */
export function readActor(token: string, secret: string): ActorToken | null {
  const [payload = '', mac = ''] = token.split('.');
  const given = Buffer.from(mac, 'base64url');
  const wanted = macOf(payload, secret);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
  const parsed = tokenSchema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  if (!parsed.success || parsed.data.until < Date.now()) return null;
  const { until: _until, ...actor } = parsed.data;
  return actor;
}
