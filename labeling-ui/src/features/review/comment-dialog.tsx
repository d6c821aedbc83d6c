import { Button, Modal, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { t } from '../../messages/index.ts';

/** A comment that goes with the next answer. */
export function CommentDialog({ opened, onClose, comment, keep }: { opened: boolean; onClose: () => void; comment: string; keep: (comment: string) => void }) {
  return <Modal opened={opened} onClose={onClose} title={t('review.comment.title')} closeButtonProps={{ 'aria-label': t('app.close') }}>{opened && <CommentForm comment={comment} keep={keep} />}</Modal>;
}

function CommentForm({ comment, keep }: { comment: string; keep: (comment: string) => void }) {
  const [text, setText] = useState(comment);
  const submit = (event: FormEvent): void => { event.preventDefault(); keep(text.trim()); };
  return (
    <form onSubmit={submit} className="stack">
      <Textarea data-autofocus label={t('review.comment.label')} value={text} maxLength={2000} autosize minRows={3} onChange={(event) => setText(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) keep(text.trim()); }} />
      <Button type="submit">{t('review.comment.keep')}</Button>
    </form>
  );
}
