import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { t } from '../../messages/index.ts';
import type { PageCommand } from './pickers.tsx';

const pages = ['home', 'adjudicate', 'rounds', 'models', 'datasets', 'classes', 'schedules', 'quality'] as const;

/** The other pages, as commands. */
export function usePageCommands(project: string): readonly PageCommand[] {
  const navigate = useNavigate();
  return useMemo(() => pages.map((page) => ({
    id: `page-${page}`, name: t(`nav.${page}`), run: () => { void navigate({ to: page === 'home' ? '/p/$project' : `/p/$project/${page}`, params: { project } }); },
  })), [navigate, project]);
}
