import { Button, Modal, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from './problem.tsx';
import { t } from '../messages/index.ts';

interface ReasonProps { readonly confirm: string; readonly busy: boolean; readonly error: unknown; readonly onClose: () => void; readonly onConfirm: (reason: string) => void }

/** Asks why, before something that others will want to understand. */
export function ReasonDialog({ opened, title, ...rest }: ReasonProps & { opened: boolean; title: string }) {
  return <Modal opened={opened} onClose={rest.onClose} title={title} closeButtonProps={{ 'aria-label': t('app.close') }}>{opened && <ReasonForm {...rest} />}</Modal>;
}

function ReasonForm({ confirm, busy, error, onClose, onConfirm }: ReasonProps) {
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent): void => { event.preventDefault(); if (reason.trim() !== '') onConfirm(reason.trim()); };
  return (
    <form onSubmit={submit} className="stack">
      {error !== null && <ProblemNote error={error} />}
      <Textarea data-autofocus label={t('models.rollBack.reason')} description={t('models.rollBack.reason.hint')} required maxLength={500} minRows={2} autosize value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <div className="acts acts-end"><Button variant="default" onClick={onClose}>{t('app.cancel')}</Button><Button type="submit" loading={busy}>{confirm}</Button></div>
    </form>
  );
}
