import { Button, Modal, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { t } from '../../messages/index.ts';

interface NameProps { readonly answer: (proposedName: string | null) => void }

/** Answers "not in the list", with the name of the class that is missing where the person knows it. */
export function NotInListDialog({ opened, onClose, answer }: NameProps & { opened: boolean; onClose: () => void }) {
  return <Modal opened={opened} onClose={onClose} title={t('action.not-in-list')} yOffset="12vh" closeButtonProps={{ 'aria-label': t('app.close') }}>{opened && <NameForm answer={answer} />}</Modal>;
}

function NameForm({ answer }: NameProps) {
  const [name, setName] = useState('');
  const submit = (event: FormEvent): void => { event.preventDefault(); answer(name.trim() === '' ? null : name.trim()); };
  return (
    <form onSubmit={submit} className="stack">
      <TextInput data-autofocus label={t('review.missing.label')} description={t('review.missing.hint')} maxLength={120} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <Button type="submit">{t('review.missing.answer')}</Button>
    </form>
  );
}
