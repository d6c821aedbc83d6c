import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { RetrainState } from '../../../contracts/models.ts';
import { api } from '../api-client/endpoints.ts';
import { Problem } from '../layout/notices.tsx';
import { messages } from '../messages/en.ts';

const words = messages.models;

/** Starts a retrain and tells where it stands until it was promoted or held. */
export function RetrainPanel({ project }: { project: string }) {
  const queries = useQueryClient();
  const [id, setId] = useState<string | null>(null);
  const start = useMutation({ mutationFn: (key: string) => api.retrain(project, key), onSuccess: (state) => setId(state.id) });
  const watched = useQuery({
    queryKey: ['retrain', project, id],
    queryFn: () => api.retrainState(project, id ?? ''),
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data === undefined || state.data.state === 'running' ? 1000 : false),
    refetchIntervalInBackground: true,
    staleTime: 0,
  });
  const state = id === null ? undefined : (watched.data ?? start.data);
  const ended = state !== undefined && state.state !== 'running';
  useEffect(() => {
    if (!ended) return;
    void queries.invalidateQueries({ queryKey: ['models', project] });
    void queries.invalidateQueries({ queryKey: ['project', project] });
  }, [ended, project, queries]);
  function begin(): void {
    setId(null);
    start.mutate(crypto.randomUUID());
  }
  const running = start.isPending || (state !== undefined && !ended);
  return (
    <Stack className="card" gap="sm">
      <Group>
        <Button data-testid="retrain-now" disabled={running} onClick={begin}>{words.retrain}</Button>
        {running && <Loader size="sm" type="dots" />}
        <Outcome state={state} running={running} />
      </Group>
      {start.isError && <Problem error={start.error} />}
      {watched.isError && <Problem error={watched.error} />}
      {ended && state.gate !== null && <Text size="sm" data-testid="gate-sentence">{state.gate.sentence}</Text>}
    </Stack>
  );
}

function Outcome({ state, running }: { state: RetrainState | undefined; running: boolean }) {
  const outcome = state === undefined ? (running ? 'running' : 'none') : state.state === 'done' ? (state.promoted ? 'promoted' : 'held') : state.state;
  return <Text role="status" data-testid="retrain-state" data-state={outcome}>{say(state, running)}</Text>;
}

function say(state: RetrainState | undefined, running: boolean): string {
  if (state === undefined) return running ? `${words.retraining}…` : '';
  const why = state.why === null ? '' : `. ${state.why}`;
  if (state.state === 'running') return `${words.retraining}: ${state.step}`;
  if (state.state === 'skipped') return `${words.skipped}${why}`;
  if (state.state === 'failed') return `${words.failed}${why}`;
  return `${state.promoted ? words.promoted(state.challenger) : words.held}${why}`;
}
