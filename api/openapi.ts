import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import { problemSchema } from '../contracts/common.ts';
import { type ForwardedRoute, forwardedRoutes } from './forwarded-routes.ts';
import type { Route } from './route.ts';

const binary = { schema: { type: 'string', format: 'binary' } } as const;

function bodyOf({ body, form, media }: ForwardedRoute): object {
  if (body !== 'raw') return { 'application/json': { schema: body } };
  const raw = media ?? (form === undefined ? ['application/octet-stream'] : []);
  return { ...Object.fromEntries(raw.map((type) => [type, binary])), ...(form !== undefined && { 'multipart/form-data': { schema: form } }) };
}

/** The OpenAPI document, made from the same table that serves. */
export function openApiOf(routes: readonly Route[], publicUrl: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const each of [...routes, ...forwardedRoutes]) {
    const content = (schema: unknown) => ({ 'application/json': { schema } });
    const ok = each.reply === 'raw' ? { description: 'Bytes' } : { description: 'Done', content: content(each.reply) };
    const problem = { description: 'A refusal, with its code', content: { 'application/problem+json': { schema: problemSchema } } };
    (paths[each.path] ??= {})[each.method] = {
      summary: each.summary,
      description: `Access: ${each.access}.`,
      tags: [each.path.split('/').find((part, at) => at > 1 && part !== 'projects' && !part.startsWith('{')) ?? 'projects'],
      ...(each.access !== 'anyone' && { security: [{ key: [] }, { session: [] }] }),
      requestParams: { ...(each.params !== undefined && { path: each.params }), ...(each.query !== undefined && { query: each.query }) },
      ...(each.key !== 'none' && { parameters: [{ name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string', maxLength: 200 } }] }),
      ...(each.body !== undefined && { requestBody: { required: true, content: bodyOf(each) } }),
      responses: { [String(each.status ?? 200)]: ok, '4XX': problem, '5XX': problem },
    };
  }
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Perennial', version: '0.1.0', description: 'Keeps a vision model right after it ships.' },
    servers: [{ url: publicUrl }],
    components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'x-api-key' }, session: { type: 'apiKey', in: 'cookie', name: 'better-auth.session_token' } } },
    paths: paths as ZodOpenApiPathsObject,
  });
}
