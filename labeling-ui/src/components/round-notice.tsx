import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { t } from '../messages/index.ts';
import { api } from '../services.ts';

const askMs = 30_000;
const nameOf = (project: string): string => `perennial.round-seen/${project}`;

/** Says that a round opened, on every page but those that say so themselves; once for each round and browser. */
export function RoundNotice({ project }: { project: string }) {
  const here = useLocation({ select: ({ pathname }) => pathname });
  const quiet = here === `/p/${project}` || here === `/p/${project}/` || here.startsWith(`/p/${project}/review`);
  const rounds = useQuery({ queryKey: ['rounds', project], queryFn: () => api.rounds(project), refetchInterval: askMs, retry: false, enabled: !quiet });
  const [seen, setSeen] = useState(() => { try { return localStorage.getItem(nameOf(project)); } catch { return null; } });
  const open = rounds.data?.items.find((round) => round.state === 'open');
  const count = open === undefined ? 0 : open.itemCount - open.settled;
  if (quiet || open === undefined || count <= 0 || open.id === seen) return null;
  const see = (): void => {
    setSeen(open.id);
    try { localStorage.setItem(nameOf(project), open.id); } catch { /* it is said again another time */ }
  };
  return (
    <div className="round-notice" role="status" data-testid="round-notice">
      <p>{t('notice.round', { number: String(open.number), count })}</p>
      <Link to="/p/$project/review" params={{ project }} onClick={see}>{t('notice.round.go')}</Link>
      <Button size="compact-sm" variant="subtle" onClick={see}>{t('notice.round.later')}</Button>
    </div>
  );
}
