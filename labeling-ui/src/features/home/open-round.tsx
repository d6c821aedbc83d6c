import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { problemInWords } from '../../components/problem.tsx';
import { t } from '../../messages/index.ts';
import { api, newKey } from '../../services.ts';

/** Collects what is flagged into a round now, and says in words what came of it. */
export function OpenRoundButton({ project }: { project: string }) {
  const client = useQueryClient();
  const open = useMutation({
    mutationFn: () => api.openRound(project, newKey()),
    onSuccess: () => { for (const key of ['project', 'rounds']) void client.invalidateQueries({ queryKey: [key, project] }); },
  });
  return (
    <div className="with-word">
      <Button loading={open.isPending} onClick={() => open.mutate()}>{t('home.openRound')}</Button>
      <span className="quiet" role="status">{open.data !== undefined && `${t(`home.round.${open.data.outcome}`)}: ${open.data.why}`}{open.isError && problemInWords(open.error)}</span>
    </div>
  );
}
