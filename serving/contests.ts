import type { Route } from '../domain/challenge.ts';
import type { ModelVersion } from '../domain/ports-models.ts';
import type { ServedModel } from '../domain/ports-predictions.ts';
import type { Contest } from '../domain/ports-shadow.ts';
import { checkServable, isModelFault, otherThan } from '../domain/shadow.ts';

export interface ContestsDependencies {
  readonly routesOf: (projectIds: readonly string[]) => Promise<ReadonlyMap<string, Route>>;
  readonly versionById: (id: string) => Promise<ModelVersion | null>;
  /** Loads, or gives what is loaded. */
  readonly load: (version: ModelVersion) => Promise<ServedModel>;
  /** A model of a route that does not load, for a reason that is the model's. */
  readonly onFault: (fault: { projectId: string; route: Route; modelVersionId: string; error: unknown }) => void;
}

interface Followed {
  route: Route;
  readonly models: Map<string, ServedModel>;
  readonly loading: Set<string>;
  /** Versions at fault: not asked again on this road. */
  readonly broken: Set<string>;
}

export interface Contests {
  /** Takes over what the routes of these projects say; models that are not loaded yet load beside, and nobody waits for them. */
  look(projectIds: readonly string[]): Promise<void>;
  contest(projectId: string, champion: ServedModel): Contest | null;
  /** A version is at fault: it is asked no more while this challenge lasts. */
  drop(projectId: string, challengeId: string, modelVersionId: string): void;
  /** The steps of which both models are loaded, by project. */
  followed(): ReadonlyMap<string, { challengeId: string; sequence: number }>;
}

/** The routes this process follows, each with its two models. */
export function createContests(deps: ContestsDependencies): Contests {
  const all = new Map<string, Followed>();

  async function bring(projectId: string, state: Followed, id: string): Promise<void> {
    if (state.loading.has(id) || state.broken.has(id)) return;
    state.loading.add(id);
    // A database that is away is nobody's fault: the next look tries again.
    const version = state.models.get(id)?.version ?? await deps.versionById(id).catch(() => null);
    try {
      if (version === null) return;
      // Asked for at each look, also when it is here: what is not asked for is unloaded.
      const model = await deps.load(version);
      checkServable(model);
      state.models.set(id, model);
    } catch (error) {
      // Neither is a store that is away.
      if (!isModelFault(error)) return;
      state.models.delete(id);
      state.broken.add(id);
      deps.onFault({ projectId, route: state.route, modelVersionId: id, error });
    } finally {
      state.loading.delete(id);
    }
  }

  return {
    async look(projectIds) {
      const routes = await deps.routesOf(projectIds);
      for (const id of all.keys()) if (!routes.has(id)) all.delete(id);
      for (const [projectId, route] of routes) {
        const before = all.get(projectId);
        const state = before?.route.challengeId === route.challengeId ? before : { route, models: new Map<string, ServedModel>(), loading: new Set<string>(), broken: new Set<string>() };
        state.route = route;
        all.set(projectId, state);
        for (const id of new Set([route.challengerId, route.championId])) void bring(projectId, state, id);
      }
    },
    contest(projectId, champion) {
      const state = all.get(projectId);
      if (state === undefined) return null;
      const otherId = otherThan(champion.version.id, state.route);
      const other = otherId === null ? undefined : state.models.get(otherId);
      return other === undefined ? null : { projectId, route: state.route, champion, other };
    },
    drop(projectId, challengeId, modelVersionId) {
      const state = all.get(projectId);
      if (state?.route.challengeId !== challengeId) return;
      state.models.delete(modelVersionId);
      state.broken.add(modelVersionId);
    },
    followed() {
      const ready = [...all].filter(([, { route, models }]) => models.has(route.challengerId) && models.has(route.championId));
      return new Map(ready.map(([projectId, { route: { challengeId, sequence } }]) => [projectId, { challengeId, sequence }]));
    },
  };
}
