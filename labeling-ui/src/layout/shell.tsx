import { ActionIcon, Button, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { MeReply } from '../../../contracts/projects.ts';
import { api } from '../api-client/endpoints.ts';
import { messages } from '../messages/en.ts';
import { Link, navigate } from '../router/router.tsx';

const pages = ['review', 'models', 'data'] as const;

/** The frame of every page for who is signed in. */
export function Shell({ me, project, page, children }: { me: MeReply; project: string | undefined; page: string | undefined; children: ReactNode }) {
  const queries = useQueryClient();
  async function leave(): Promise<void> {
    await api.signOut().catch(() => undefined);
    queries.clear();
    navigate('/');
    await queries.invalidateQueries();
  }
  return (
    <>
      <a className="skip-link" href="#content">{messages.skipToContent}</a>
      <header className="top">
        <div className="top-inner">
          <Link href="/" className="brand" aria-label={messages.appName}><img src="/favicon.svg" alt="" /><span>{messages.appName}</span></Link>
          {project !== undefined && (
            <nav className="nav" aria-label={messages.nav.main}>
              {pages.map((each) => <Link key={each} href={`/p/${project}/${each}`} aria-current={each === page ? 'page' : undefined}>{messages.nav[each]}</Link>)}
            </nav>
          )}
          <SchemeToggle />
          <Tooltip label={me.email ?? me.name}><Button variant="subtle" color="gray" size="compact-sm" onClick={() => { void leave(); }}>{messages.nav.signOut}</Button></Tooltip>
        </div>
      </header>
      <main id="content" className="page">{children}</main>
    </>
  );
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={messages.nav.scheme} onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}>
      <svg width="18" height="18" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="8" fill="none" stroke="currentColor" strokeWidth="2" /><path d="M12 4a8 8 0 0 1 0 16Z" fill="currentColor" /></svg>
    </ActionIcon>
  );
}
