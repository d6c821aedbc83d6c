import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { createSharpReader } from '../adapters/images/sharp-reader.ts';
import { modelFiles } from '../adapters/onnx/model-files.ts';
import { createModelRepository } from '../adapters/postgres/model-repository.ts';
import { createReviewRepository } from '../adapters/postgres/review-repository.ts';
import { createServedProjectRepository } from '../adapters/postgres/served-project-repository.ts';
import { createViewRepository } from '../adapters/postgres/view-repository.ts';
import { createImageUrls, createViewRoutes } from '../api/image-urls.ts';
import { createReviewRoutes, type ReviewRoutesDependencies } from '../api/routes/reviews.ts';
import { createImageViews } from '../application/images/image-views.ts';
import { createNeighbours } from '../application/review/neighbours.ts';
import type { FeatureMap } from '../domain/activation-map.ts';
import type { Role } from '../domain/roles.ts';
import { createApiWorld, publicUrl, secret, type ApiWorld } from './api-world.ts';
import { createMemoryObjectStore } from './fakes/memory-object-store.ts';
import { later } from './later.ts';
import { askEverything, createReviewProject } from './review-world.ts';

/** The api with its routes of review and of pictures, over a database of its own and a store in memory, and one project in it. */
export async function createReviewApiWorld() {
  const place: { world?: ApiWorld } = {};
  const database = () => { if (place.world === undefined) throw new Error('too early'); return place.world.database; };
  const served = async (id: string) => createServedProjectRepository(database()).byId(id);
  const store = createMemoryObjectStore();
  const [reviews, views] = [later(() => createReviewRepository(database())), later(() => createViewRepository(database()))];
  const urls = createImageUrls(secret, () => Date.now());
  const reader = createSharpReader();
  const made = { views: 0 };
  /** Embeddings by image: what a test puts here is found. */
  const embeddings = new Map<string, Float32Array>();
  /** Features before pooling by image: what a test puts here is found. */
  const maps = new Map<string, FeatureMap>();
  const neighbours = createNeighbours({ reviews, now: () => performance.now(), embeddings: { load: async (_project, ids) => new Map(ids.flatMap((id) => { const found = embeddings.get(id); return found === undefined ? [] : [[id, found] as const]; })) } });
  const deps: ReviewRoutesDependencies = {
    reviews, neighbours, policy: served, classes: async (id) => (await served(id)).classes, sign: urls.sign, importGroups: async () => undefined, imageExists: async (projectId, imageId) => (await views.original(projectId, imageId)) !== null,
    versionByNumber: (projectId, number) => createModelRepository(database()).versionByNumber(projectId, number),
    activation: { store, files: modelFiles, featureMap: async (_project, imageId) => maps.get(imageId) ?? null },
    workflows: { huntNow: async () => ({ outcome: 'skipped', why: 'nothing', looked: 0, disputed: 0, items: 0 }), collectNow: (request) => reviews.collectRound({ ...request, policy: askEverything, policyVersionId: uuidv7() }) },
  };
  const world = await createApiWorld([
    ...createReviewRoutes(deps),
    ...createViewRoutes({
      urls, hidden: (ids) => reviews.hidden(ids),
      images: createImageViews({ store, views, sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'), view: (bytes, sideMax) => { made.views += 1; return reader.view(bytes, sideMax); } }),
    }),
  ]);
  place.world = world;
  const at = await createReviewProject(world.database, askEverything);
  const people = new Map<string, { id: string; cookie: string }>();
  return {
    world, at, reviews, urls, store, made, embeddings, maps, routes: world.routes,
    /** Asks as one of the project's people, by name; who is not there yet joins with the role. */
    async as(name: string, role: Role = 'annotator') {
      const person = people.get(name) ?? await world.person(name, at.projectId, role);
      people.set(name, person);
      const send = (method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string) => world.call(method, path.startsWith('/v1/') ? path : `/v1/projects/${at.slug}${path}`).set('Cookie', person.cookie).set('Origin', publicUrl);
      return {
        id: person.id,
        get: (path: string) => send('get', path),
        post: (path: string, body: object, key: string = uuidv7()) => send('post', path).set('Idempotency-Key', key).send(body),
        put: (path: string, body: object) => send('put', path).send(body),
        patch: (path: string, body: object) => send('patch', path).send(body),
        delete: (path: string) => send('delete', path),
      };
    },
    /** Puts a real picture behind an image that was made without one. */
    async picture(imageId: string, bytes: Uint8Array): Promise<void> {
      store.objects.set(`originals/${imageId}`, bytes);
      await world.fresh.asOwner(`UPDATE "Image" SET "sha256" = '${createHash('sha256').update(bytes).digest('hex')}' WHERE "id" = '${imageId}'`);
    },
    close: () => world.close(),
  };
}
export type ReviewApiWorld = Awaited<ReturnType<typeof createReviewApiWorld>>;
