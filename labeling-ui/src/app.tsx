import { lazy, Suspense } from 'react';
import { Loading } from './layout/notices.tsx';
import { Shell } from './layout/shell.tsx';
import { messages } from './messages/en.ts';
import { usePath } from './router/router.tsx';
import { useMe } from './sign-in/use-me.ts';
import { SignInPage } from './sign-in/sign-in-page.tsx';
import { HomePage } from './home/home-page.tsx';
import { Problem } from './layout/notices.tsx';

const InvitationPage = lazy(() => import('./sign-in/invitation-page.tsx').then(({ InvitationPage: page }) => ({ default: page })));
const ReviewPage = lazy(() => import('./review/review-page.tsx').then(({ ReviewPage: page }) => ({ default: page })));
const ModelsPage = lazy(() => import('./models/models-page.tsx').then(({ ModelsPage: page }) => ({ default: page })));
const DataPage = lazy(() => import('./data/data-page.tsx').then(({ DataPage: page }) => ({ default: page })));

/** Which page an address means. */
export function App() {
  const path = usePath();
  const token = /^\/invite\/([^/]+)\/?$/.exec(path)?.[1];
  return (
    <Suspense fallback={<Loading />}>
      {token === undefined ? <SignedIn path={path} /> : <InvitationPage token={decodeURIComponent(token)} />}
    </Suspense>
  );
}

function SignedIn({ path }: { path: string }) {
  const me = useMe();
  if (me.isPending) return <Loading />;
  if (me.isError) return <div className="page"><Problem error={me.error} retry={() => { void me.refetch(); }} /></div>;
  if (me.data === null) return <SignInPage />;
  const [, project, page] = /^\/p\/([^/]+)\/(review|models|data)\/?$/.exec(path) ?? [];
  return (
    <Shell me={me.data} project={project} page={page}>
      <Suspense fallback={<Loading />}>
        {project === undefined && (path === '/' ? <HomePage me={me.data} /> : <Problem error={new Error(messages.problems.notFound)} />)}
        {project !== undefined && page === 'review' && <ReviewPage key={project} project={project} personId={me.data.id} />}
        {project !== undefined && page === 'models' && <ModelsPage key={project} project={project} />}
        {project !== undefined && page === 'data' && <DataPage key={project} project={project} />}
      </Suspense>
    </Shell>
  );
}
