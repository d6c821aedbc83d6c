import { Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { t } from '../messages/index.ts';
import { Logo } from './logo.tsx';

/** The frame of pages before one is inside. */
export function GateFrame({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  useEffect(() => { document.title = `${title} · ${t('app.name')}`; }, [title]);
  return (
    <main className="gate">
      <div className="gate-card">
        <div className="gate-mark"><Logo size={40} /><span>{t('app.name')}</span></div>
        <Title order={1} size="h3">{title}</Title>
        {lead !== undefined && <p className="lead">{lead}</p>}
        {children}
      </div>
    </main>
  );
}
