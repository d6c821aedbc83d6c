import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { PromotionReply } from '../../../../contracts/models.ts';
import { t } from '../../messages/index.ts';
import { api, newKey } from '../../services.ts';

export type Asked = { readonly kind: 'rollback' } | { readonly kind: 'promotion'; readonly number: number };

/** A promotion or a rollback by hand: asked for, given a reason, sent once. */
export function useDecide(project: string, champion: number | null) {
  const client = useQueryClient();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [key, setKey] = useState(newKey);
  const [done, setDone] = useState<string | null>(null);
  const send = useMutation({
    mutationFn: (reason: string): Promise<PromotionReply> => (asked?.kind === 'promotion'
      ? api.promote(project, asked.number, { reason, expectChampion: champion }, key)
      : api.rollBack(project, { reason, ...(champion !== null && { expectChampion: champion }) }, key)),
    onSuccess: (promotion) => {
      setDone(t(promotion.kind === 'rollback' ? 'models.rollBack.done' : 'models.promote.done', { number: promotion.to }));
      setAsked(null);
      for (const each of ['model-versions', 'promotions', 'project']) void client.invalidateQueries({ queryKey: [each, project] });
    },
  });
  return {
    asked, done, busy: send.isPending, error: send.error,
    ask(next: Asked | null) { send.reset(); setKey(newKey()); setDone(null); setAsked(next); },
    confirm(reason: string) { send.mutate(reason); },
  };
}
