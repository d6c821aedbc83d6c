import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { isApiError } from './api-client/index.ts';
import { FailedPage } from './pages/failed-page.tsx';
import { meQuery } from './features/session/index.ts';
import { ProjectLayout } from './pages/project-layout.tsx';
import { queryClient } from './services.ts';

/** Who is signed in; else to the sign-in page, which comes back here. */
async function signedIn(here: string) {
  try {
    return await queryClient.ensureQueryData(meQuery);
  } catch (error) {
    if (isApiError(error) && error.status === 401) throw redirect({ to: '/sign-in', search: { back: here === '/' ? undefined : here } });
    throw error;
  }
}

const root = createRootRoute({ notFoundComponent: () => <FailedPage />, errorComponent: ({ error }) => <FailedPage error={error} /> });
const start = createRoute({
  getParentRoute: () => root, path: '/',
  beforeLoad: async ({ location }) => {
    const [first] = (await signedIn(location.pathname)).projects;
    if (first !== undefined) throw redirect({ to: '/p/$project', params: { project: first.slug } });
  },
  component: lazyRouteComponent(() => import('./pages/no-projects-page.tsx'), 'NoProjectsPage'),
});
const signIn = createRoute({
  getParentRoute: () => root, path: '/sign-in', validateSearch: (search: Record<string, unknown>): { back?: string | undefined } => ({ back: typeof search['back'] === 'string' && /^\/(?!\/)/.test(search['back']) ? search['back'] : undefined }),
  component: lazyRouteComponent(() => import('./pages/sign-in-page.tsx'), 'SignInPage'),
});
const invite = createRoute({ getParentRoute: () => root, path: '/invite/$token', component: lazyRouteComponent(() => import('./pages/invite-page.tsx'), 'InvitePage') });
const project = createRoute({ getParentRoute: () => root, path: '/p/$project', beforeLoad: async ({ location }) => { await signedIn(location.pathname); }, component: ProjectLayout });

/** What an address says; what makes no sense is as if it were not there. */
type HoldoutName = 'audit' | 'reference';
const holdoutOf = (search: Record<string, unknown>): HoldoutName | undefined => (search['holdout'] === 'audit' || search['holdout'] === 'reference' ? search['holdout'] : undefined);
const numberOf = (value: unknown): number | undefined => (Number.isInteger(Number(value)) && Number(value) >= 1 ? Number(value) : undefined);
const wordOf = (value: unknown): string | undefined => (typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 200) : undefined);
const shareOf = (value: unknown): number | undefined => (value !== undefined && value !== '' && Number(value) >= 0 && Number(value) <= 1 ? Number(value) : undefined);

const home = createRoute({ getParentRoute: () => project, path: '/', component: lazyRouteComponent(() => import('./pages/home-page.tsx'), 'HomePage') });
const review = createRoute({ getParentRoute: () => project, path: '/review', validateSearch: (search: Record<string, unknown>): { view?: 'burst' | 'grid' | undefined } => ({ view: search['view'] === 'burst' || search['view'] === 'grid' ? search['view'] : undefined }), component: lazyRouteComponent(() => import('./pages/review-page.tsx'), 'ReviewPage') });
const models = createRoute({ getParentRoute: () => project, path: '/models', component: lazyRouteComponent(() => import('./pages/models-page.tsx'), 'ModelsPage') });
const modelVersion = createRoute({
  getParentRoute: () => project, path: '/models/$number', validateSearch: (search: Record<string, unknown>): { holdout?: HoldoutName | undefined } => ({ holdout: holdoutOf(search) }),
  component: lazyRouteComponent(() => import('./pages/model-version-page.tsx'), 'ModelVersionPage'),
});
const compare = createRoute({
  getParentRoute: () => project, path: '/models/compare', component: lazyRouteComponent(() => import('./pages/compare-page.tsx'), 'ComparePage'),
  validateSearch: (search: Record<string, unknown>): { version?: number | undefined; against?: number | undefined; holdout?: HoldoutName | undefined } => ({ version: numberOf(search['version']), against: numberOf(search['against']), holdout: holdoutOf(search) }),
});
const hindsight = createRoute({
  getParentRoute: () => project, path: '/models/hindsight', component: lazyRouteComponent(() => import('./pages/hindsight-page.tsx'), 'HindsightPage'),
  validateSearch: (search: Record<string, unknown>): { version?: number | undefined; confidenceMin?: number | undefined; marginMin?: number | undefined } => ({ version: numberOf(search['version']), confidenceMin: shareOf(search['confidenceMin']), marginMin: shareOf(search['marginMin']) }),
});
const rounds = createRoute({ getParentRoute: () => project, path: '/rounds', component: lazyRouteComponent(() => import('./pages/rounds-page.tsx'), 'RoundsPage') });
const datasets = createRoute({ getParentRoute: () => project, path: '/datasets', component: lazyRouteComponent(() => import('./pages/datasets-page.tsx'), 'DatasetsPage') });
const diff = createRoute({
  getParentRoute: () => project, path: '/datasets/diff', component: lazyRouteComponent(() => import('./pages/diff-page.tsx'), 'DiffPage'),
  validateSearch: (search: Record<string, unknown>): { from?: number | undefined; to?: number | undefined } => ({ from: numberOf(search['from']), to: numberOf(search['to']) }),
});
const history = createRoute({
  getParentRoute: () => project, path: '/history', component: lazyRouteComponent(() => import('./pages/history-page.tsx'), 'HistoryPage'),
  validateSearch: (search: Record<string, unknown>): { actor?: string | undefined; action?: string | undefined; subject?: string | undefined } => ({ actor: wordOf(search['actor']), action: wordOf(search['action']), subject: wordOf(search['subject']) }),
});
const cameras = createRoute({ getParentRoute: () => project, path: '/cameras', component: lazyRouteComponent(() => import('./pages/cameras-page.tsx'), 'CamerasPage') });
const challenge = createRoute({ getParentRoute: () => project, path: '/challenges/$challenge', component: lazyRouteComponent(() => import('./pages/challenge-page.tsx'), 'ChallengePage') });
const lineage = createRoute({ getParentRoute: () => project, path: '/lineage/$kind/$id', component: lazyRouteComponent(() => import('./pages/lineage-page.tsx'), 'LineagePage') });
const schedules = createRoute({ getParentRoute: () => project, path: '/schedules', component: lazyRouteComponent(() => import('./pages/schedules-page.tsx'), 'SchedulesPage') });
const classes = createRoute({ getParentRoute: () => project, path: '/classes', component: lazyRouteComponent(() => import('./pages/classes-page.tsx'), 'ClassesPage') });
const adjudicate = createRoute({ getParentRoute: () => project, path: '/adjudicate', component: lazyRouteComponent(() => import('./pages/adjudicate-page.tsx'), 'AdjudicatePage') });
const people = createRoute({ getParentRoute: () => project, path: '/people', component: lazyRouteComponent(() => import('./pages/people-page.tsx'), 'PeoplePage') });
const quality = createRoute({ getParentRoute: () => project, path: '/quality', component: lazyRouteComponent(() => import('./pages/quality-page.tsx'), 'QualityPage') });

export const router = createRouter({
  routeTree: root.addChildren([start, signIn, invite, project.addChildren([home, review, adjudicate, classes, models, modelVersion, compare, hindsight, rounds, datasets, diff, history, cameras, lineage, challenge, schedules, people, quality])]),
  defaultPreload: 'intent', scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register { router: typeof router }
}
