import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { t } from '../../messages/index.ts';
import { api, newKey } from '../../services.ts';

export type Asked = { readonly kind: 'rollback' } | { readonly kind: 'promotion' | 'challenge'; readonly number: number };

/** A promotion, a rollback or a challenge by hand: asked for, given a reason, sent once. */
export function useDecide(project: string, champion: number | null) {
  const client = useQueryClient();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [key, setKey] = useState(newKey);
  const [done, setDone] = useState<string | null>(null);
  const send = useMutation({
    mutationFn: async (reason: string): Promise<string> => {
      if (asked?.kind === 'challenge') return t('road.setOut.done', { number: (await api.startChallenge(project, asked.number, reason, key)).challenger });
      if (asked?.kind === 'promotion') return t('models.promote.done', { number: (await api.promote(project, asked.number, { reason, expectChampion: champion }, key)).to });
      return t('models.rollBack.done', { number: (await api.rollBack(project, { reason, ...(champion !== null && { expectChampion: champion }) }, key)).to });
    },
    onSuccess: (words) => {
      setDone(words);
      setAsked(null);
      for (const each of ['model-versions', 'model-version', 'promotions', 'project', 'challenges']) void client.invalidateQueries({ queryKey: [each, project] });
    },
  });
  return {
    asked, done, busy: send.isPending, error: send.error,
    ask(next: Asked | null) { send.reset(); setKey(newKey()); setDone(null); setAsked(next); },
    confirm(reason: string) { send.mutate(reason); },
  };
}
