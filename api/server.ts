import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { collectDefaultMetrics, register } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import { PerennialError } from '../domain/errors.ts';
import { forwardToServing } from './forward.ts';
import { forwardedRoutes } from './forwarded-routes.ts';
import { type MountDependencies, mountRoutes } from './mount.ts';
import { openApiOf } from './openapi.ts';
import { requireOwnOrigin } from './origin.ts';
import { createErrorHandler } from './problem.ts';
import type { Route } from './route.ts';
import { sendPages } from './send-pages.ts';

export interface ServerDependencies extends MountDependencies {
  readonly routes: readonly Route[];
  readonly signIn: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly logger: Logger;
  readonly publicUrl: string;
  readonly allowedHosts: readonly string[];
  readonly servingUrl: string;
  /** Signs who asks, towards serving. */
  readonly actorSecret: string;
  readonly uiDir: string;
  /** Named checks: those that make the api ready, and those without which it is merely degraded. */
  readonly checks: { readonly needed: Readonly<Record<string, () => Promise<void>>>; readonly wanted: Readonly<Record<string, () => Promise<void>>> };
}

/** The pipeline, top to bottom. */
export function createApp(deps: ServerDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', false);
  app.use(pinoHttp({
    logger: deps.logger, genReqId: () => uuidv7(), customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'debug'),
    redact: ['req.headers.authorization', 'req.headers.cookie', 'req.headers["x-api-key"]', 'res.headers["set-cookie"]'],
  }));
  app.use(helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      // Mantine sets sizes and colours by style attributes; scripts have no such exception.
      directives: { 'default-src': ["'none'"], 'script-src': ["'self'"], 'style-src': ["'self'", "'unsafe-inline'"], 'img-src': ["'self'", 'data:', 'blob:'], 'font-src': ["'self'"], 'connect-src': ["'self'"], 'manifest-src': ["'self'"], 'base-uri': ["'none'"], 'form-action': ["'self'"], 'frame-ancestors': ["'none'"] },
    },
    strictTransportSecurity: deps.publicUrl.startsWith('https:'),
    crossOriginEmbedderPolicy: false,
  }));
  health(app, deps);
  app.use(requireOwnOrigin(deps.publicUrl, deps.allowedHosts));
  app.all('/api/auth/*splat', (request, response, next) => {
    request.headers['x-perennial-peer'] = request.socket.remoteAddress ?? '';
    deps.signIn(request, response).catch(next);
  });
  for (const { path } of forwardedRoutes) app.post(path.replace('{project}', ':project'), forwardToServing(deps));
  mountRoutes(app, deps.routes, deps);
  const document = openApiOf(deps.routes, deps.publicUrl);
  app.get('/openapi.json', (_request, response) => { response.json(document); });
  documentation(app);
  sendPages(app, deps.uiDir);
  app.use(() => { throw new PerennialError('REQUEST_NOT_FOUND'); });
  app.use(createErrorHandler(deps.logger));
  return app;
}

/** Limits on slow and long requests. */
export function createApiServer(app: Express): Server {
  const server = createHttpServer({ headersTimeout: 15_000, requestTimeout: 120_000, connectionsCheckingInterval: 5_000, maxHeaderSize: 16_384 }, app);
  server.maxConnections = 2_000;
  return server;
}

let collecting = false;
function health(app: Express, { checks }: ServerDependencies): void {
  if (!collecting) collectDefaultMetrics({ prefix: 'perennial_' });
  collecting = true;
  app.get('/healthz', (_request, response) => { response.json({ status: 'ok' }); });
  app.get('/readyz', async (_request, response) => {
    const outcome = async (check: () => Promise<void>): Promise<string> => within(check(), 3_000).then(() => 'ok', () => 'failed');
    const run = async (named: Readonly<Record<string, () => Promise<void>>>) => Object.fromEntries(await Promise.all(Object.entries(named).map(async ([name, check]) => [name, await outcome(check)] as const)));
    const [needed, wanted] = await Promise.all([run(checks.needed), run(checks.wanted)]);
    const ready = Object.values(needed).every((each) => each === 'ok');
    response.status(ready ? 200 : 503).json({ status: !ready ? 'not ready' : Object.values(wanted).includes('failed') ? 'degraded' : 'ready', checks: { ...needed, ...wanted } });
  });
  app.get('/metrics', async (_request, response) => { response.type(register.contentType).send(await register.metrics()); });
}

const within = <T>(work: Promise<T>, ms: number): Promise<T> => Promise.race([work, new Promise<never>((_, reject) => { setTimeout(() => reject(new Error('too slow')), ms).unref(); })]);

/** A readable reference page from files of our own origin. */
function documentation(app: Express): void {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/swagger-ui.css'));
  app.get('/docs', (_request, response) => {
    response.type('html').send('<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Perennial API</title><link rel="stylesheet" href="/docs/swagger-ui.css"></head><body><div id="swagger-ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>');
  });
  app.get('/docs/start.js', (_request, response) => { response.type('js').send("window.SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', validatorUrl: null });"); });
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) app.get(`/docs/${file}`, (_request, response) => { response.sendFile(join(folder, file)); });
}
