import { Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { t } from '../messages/index.ts';

/** Heading, a sentence on what the page is for, its acts, its content. */
export function PageFrame({ title, lead, acts, children }: { title: string; lead?: string; acts?: ReactNode; children: ReactNode }) {
  useEffect(() => { document.title = `${title} · ${t('app.name')}`; }, [title]);
  return (
    <div className="page">
      <header className="page-head">
        <div><Title order={1} size="h2">{title}</Title>{lead !== undefined && <p className="lead">{lead}</p>}</div>
        {acts !== undefined && <div className="acts">{acts}</div>}
      </header>
      {children}
    </div>
  );
}
