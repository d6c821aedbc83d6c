import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api-client/endpoints.ts';
import { Problem } from '../layout/notices.tsx';
import { messages } from '../messages/en.ts';

export type Asked = { readonly what: 'promote'; readonly number: number } | { readonly what: 'roll-back' };
const words = messages.models;

/** Asks why before a person changes the champion. Its key is made once, so a second press has no second effect. */
export function ReasonDialog({ project, asked, close }: { project: string; asked: Asked; close: () => void }) {
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [key] = useState(() => crypto.randomUUID());
  const decide = useMutation({
    mutationFn: () => (asked.what === 'promote' ? api.promote(project, asked.number, reason.trim(), key) : api.rollBack(project, reason.trim(), key)),
    onSuccess: async () => {
      await Promise.all([queries.invalidateQueries({ queryKey: ['models', project] }), queries.invalidateQueries({ queryKey: ['project', project] })]);
      close();
    },
  });
  return (
    <Modal opened onClose={close} centered title={asked.what === 'promote' ? words.promoteTitle(asked.number) : words.rollBackTitle}>
      <form onSubmit={(event) => { event.preventDefault(); decide.mutate(); }}>
        <Stack>
          <Textarea data-autofocus label={words.reason} description={words.reasonHint} required maxLength={500} autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
          {decide.isError && <Problem error={decide.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{words.cancel}</Button>
            <Button type="submit" loading={decide.isPending} disabled={reason.trim() === ''}>{asked.what === 'promote' ? words.promote : words.rollBack}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
