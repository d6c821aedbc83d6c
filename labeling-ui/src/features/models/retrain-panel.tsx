import { Alert, Button, Loader } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { RetrainState } from '../../../../contracts/models.ts';
import { ProblemNote } from '../../components/problem.tsx';
import { t } from '../../messages/index.ts';
import { api, newKey } from '../../services.ts';
import { Progress } from './training-progress.tsx';

/** Starts a retrain; remembers it over a reload, and asks where it stands until it ends. */
export function useRetrain(project: string) {
  const storageKey = `perennial.retrain/${project}`;
  const client = useQueryClient();
  const [id, setId] = useState<string | null>(() => sessionStorage.getItem(storageKey));
  const start = useMutation({
    mutationFn: ({ kind, key }: { kind: 'light' | 'full'; key: string }) => api.retrain(project, kind, key),
    onSuccess: (state) => { sessionStorage.setItem(storageKey, state.id); client.setQueryData(['retrain', project, state.id], state); setId(state.id); },
  });
  const state = useQuery({
    queryKey: ['retrain', project, id], queryFn: () => api.retrainState(project, id ?? ''), enabled: id !== null,
    refetchInterval: (query) => (query.state.data === undefined || query.state.data.state === 'running' ? 1_000 : false),
  });
  const stop = useMutation({ mutationFn: () => api.cancelRetrain(project, id ?? '') });
  const ended = state.data !== undefined && state.data.state !== 'running';
  useEffect(() => {
    if (!ended) return;
    sessionStorage.removeItem(storageKey);
    for (const key of ['model-versions', 'gate-reports', 'promotions', 'project', 'datasets']) void client.invalidateQueries({ queryKey: [key, project] });
  }, [ended, client, project, storageKey]);
  return {
    running: start.isPending || (id !== null && !ended && !state.isError), state: state.data, error: start.error ?? stop.error ?? state.error, stopping: stop.isPending || stop.isSuccess,
    start: (kind: 'light' | 'full') => { start.mutate({ kind, key: newKey() }); }, stop: () => { stop.mutate(); },
  };
}

/** Where a retrain stands: its step and, of a full one, what the trainer last told of itself. */
export function RetrainPanel({ state, error, stop, stopping = false }: { state: RetrainState | undefined; error: unknown; stop?: () => void; stopping?: boolean }) {
  if (error !== null && error !== undefined) return <ProblemNote error={error} />;
  if (state === undefined) return null;
  return (
    <div role="status" data-testid="retrain-state" data-state={state.state} data-promoted={state.promoted} data-verdict={state.gate?.verdict ?? ''}>
      {state.state === 'running'
        ? <Alert variant="light" icon={<Loader size="xs" />} title={t('models.run.running', { step: state.step })} className="note"><Progress progress={state.progress ?? null} />{stop !== undefined && <Button size="xs" variant="default" loading={stopping} onClick={stop}>{t('models.run.stop')}</Button>}</Alert>
        : <Alert variant="light" {...(!state.promoted && { color: state.state === 'failed' ? 'red' : 'yellow' })} title={titleOf(state)} className="note">{state.gate !== null && <p className="note-text">{state.gate.sentence}</p>}{state.why !== null && state.why !== state.gate?.sentence && <p className="note-text">{state.why}</p>}</Alert>}
    </div>
  );
}

function titleOf(state: RetrainState): string {
  if (state.state === 'skipped') return t('models.run.skipped');
  if (state.state === 'cancelled') return t('models.run.cancelled');
  if (state.state === 'failed') return t('models.run.failed');
  if (state.challenger === null) return t('models.run.ended');
  if (state.promoted) return t('models.run.promoted', { number: state.challenger });
  return t(state.gate === null ? 'models.run.made' : 'models.run.held', { number: state.challenger });
}
