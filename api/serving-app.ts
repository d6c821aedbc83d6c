import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { Registry } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import type { AcceptImagesRequest } from '../application/predictions/accept-images.ts';
import type { AcceptReply } from '../application/predictions/keep-arrivals.ts';
import type { tryImage } from '../application/predictions/try-image.ts';
import { type PredictionReply, type PredictManyReply, servingStateSchema, tryQuerySchema, type TryReply } from '../contracts/predictions.ts';
import { type ErrorCode, errorCodes, PerennialError } from '../domain/errors.ts';
import { type Actor, atLeast } from '../domain/roles.ts';
import { createErrorHandler } from './problem.ts';
import { createByteBudget, isForm, receiveLimits, receiveMany, type ReceivedImage, receiveOne, wholeBody } from './receive-images.ts';

export interface ServingAppDependencies {
  readonly accept: (request: AcceptImagesRequest) => Promise<AcceptReply>;
  readonly tryImage: (request: Parameters<typeof tryImage>[1]) => Promise<TryReply>;
  /** Who asks about a project: the api's signed word for it, or a key. @throws PerennialError AUTH_REQUIRED, PROJECT_NOT_FOUND */
  readonly actorOf: (request: Request, slug: string) => Promise<Actor>;
  /** The camera a key is bound to, by its name. */
  readonly cameraName?: (cameraId: string) => Promise<string | null>;
  readonly logger: Logger;
  readonly metrics?: Registry;
  readonly imageBytesMax: number;
  /** Requests under way at once; one more is refused before its body is read. */
  readonly requestsMax: number;
  readonly bytesInFlightMax?: number;
  readonly state: () => z.input<typeof servingStateSchema>;
  /** Checks without which serving is not ready. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
  /** True while the process ends: new work is refused, what runs is finished. */
  readonly stopping?: () => boolean;
}

const checkMs = 3_000;

/** The routes of serving: images in, durable answers out. It has its own key check and answers without the api. */
export function createServingApp(deps: ServingAppDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(pinoHttp({
    logger: deps.logger, genReqId: () => uuidv7(), customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'debug'),
    redact: ['req.headers.authorization', 'req.headers.cookie', 'req.headers["x-api-key"]', 'req.headers["x-perennial-actor"]'],
  }));
  health(app, deps);
  const room = createRoom(deps);
  const image = (handle: (request: Request, response: Response, actor: Actor) => Promise<unknown>) => (request: Request, response: Response, next: NextFunction): void => {
    const answer = async (): Promise<void> => {
      const leave = room.enter(request);
      try {
        const actor = await deps.actorOf(request, String(request.params['project']));
        if (!atLeast(actor.role, 'camera')) throw new PerennialError('AUTH_FORBIDDEN', undefined, { needed: 'camera', role: actor.role });
        response.json(await handle(request, response, actor));
      } finally {
        leave();
      }
    };
    answer().catch((error: unknown) => {
      // The rest of a body that nobody reads is not waited for.
      if (!request.readableEnded) response.setHeader('Connection', 'close');
      next(error);
    });
  };
  app.post('/v1/projects/:project/predictions', image((request, response, actor) => predictions(deps, request, response, actor)));
  app.post('/v1/projects/:project/images', image(async (request, response, actor) => {
    const { results, stored } = await accept(deps, request, response, actor, [await receiveOne(request, deps.imageBytesMax)], false);
    refuseAlone(results);
    return stored[0];
  }));
  app.post('/v1/projects/:project/try', image(async (request, response) => {
    const { modelVersion, embedding } = tryQuerySchema.parse(request.query);
    const bytes = await wholeBody(request, deps.imageBytesMax);
    return deps.tryImage({ projectSlug: String(request.params['project']), bytes, modelVersion, embedding: embedding === 'yes', signal: goneSignal(response) });
  }));
  app.get('/v1/serving', (_request, response) => { response.json(servingStateSchema.parse(deps.state())); });
  app.use(() => { throw new PerennialError('REQUEST_NOT_FOUND'); });
  app.use(createErrorHandler(deps.logger));
  return app;
}

async function predictions(deps: ServingAppDependencies, request: Request, response: Response, actor: Actor): Promise<PredictionReply | PredictManyReply> {
  if (!isForm(request)) {
    const { results } = await accept(deps, request, response, actor, [await receiveOne(request, deps.imageBytesMax)], true);
    refuseAlone(results);
    const [first] = results;
    if (first?.outcome !== 'predicted') throw new PerennialError('INTERNAL');
    return first.prediction;
  }
  const images = await receiveMany(request);
  return { results: (await accept(deps, request, response, actor, images, true)).results };
}

/** A refused image that came alone is a refused request. */
function refuseAlone(results: AcceptReply['results']): void {
  const [first] = results;
  if (first?.outcome === 'refused') throw new PerennialError(first.code in errorCodes ? first.code as ErrorCode : 'IMAGE_CORRUPT', first.detail);
}

async function accept(deps: ServingAppDependencies, request: Request, response: Response, actor: Actor, images: readonly ReceivedImage[], predict: boolean): Promise<AcceptReply> {
  const key = keyOf(request);
  // A key of one camera speaks for that camera, whatever the request says.
  const camera = actor.cameraId === undefined ? null : ((await deps.cameraName?.(actor.cameraId)) ?? null);
  const signal = goneSignal(response);
  const one = (key: string, group: readonly ReceivedImage[]): Promise<AcceptReply> => deps.accept({
    projectSlug: String(request.params['project']), sentBy: `${actor.kind}/${actor.id}`, key, predict, signal,
    images: group.map(({ bytes, about: { key: _key, ...about } }) => ({ bytes, about: { ...about, ...(camera !== null && { camera }) } })),
  });
  if (!images.some(({ about }) => about.key !== undefined)) return one(key, images);
  // Images with keys of their own are effects of their own: sending a part of them again in another form does nothing twice.
  const replies = await Promise.all(images.map((each, at) => one(each.about.key ?? `${key}#${at}`, [each])));
  return { results: replies.flatMap(({ results }) => results), stored: replies.flatMap(({ stored }) => stored) };
}

function keyOf(request: Request): string {
  const key = request.get('idempotency-key') ?? '';
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) throw new PerennialError('IDEMPOTENCY_KEY_MISSING');
  return key;
}

function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  return gone.signal;
}

/** Requests and bytes that may be under way at once; who finds no room is told so at once. */
function createRoom(deps: ServingAppDependencies): { enter(request: Request): () => void } {
  const bytes = createByteBudget(deps.bytesInFlightMax ?? 2 * receiveLimits.requestBytesMax);
  let requests = 0;
  return {
    enter(request) {
      if (deps.stopping?.() === true) throw new PerennialError('SERVING_NOT_READY');
      if (requests >= deps.requestsMax) throw new PerennialError('SERVING_OVERLOADED');
      const release = bytes.take(Number(request.get('content-length') ?? deps.imageBytesMax));
      requests += 1;
      return () => {
        requests -= 1;
        release();
      };
    },
  };
}

function health(app: Express, deps: ServingAppDependencies): void {
  app.get('/healthz', (_request, response) => { response.json({ status: 'ok' }); });
  app.get('/readyz', async (_request, response) => {
    const outcomes = await Promise.all(Object.entries(deps.checks).map(async ([name, check]) => [name, await within(check(), checkMs).then(() => 'ok', () => 'failed')] as const));
    const ready = deps.stopping?.() !== true && outcomes.every(([, outcome]) => outcome === 'ok');
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(outcomes) });
  });
  const { metrics } = deps;
  if (metrics !== undefined) app.get('/metrics', async (_request, response) => { response.type(metrics.contentType).send(await metrics.metrics()); });
}

function within<T>(work: Promise<T>, ms: number): Promise<T> {
  return Promise.race([work, new Promise<never>((_resolve, reject) => { setTimeout(() => reject(new Error('took too long')), ms).unref(); })]);
}
