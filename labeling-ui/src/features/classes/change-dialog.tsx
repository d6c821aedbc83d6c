import { Button, Modal, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ClassChangeReply } from '../../../../contracts/classes.ts';
import { ProblemNote } from '../../components/problem.tsx';
import { t } from '../../messages/index.ts';
import { api, newKey } from '../../services.ts';

export interface ClassNow { readonly classId: number; readonly name: string; readonly description: string | null; readonly labels: number }
export type Change = { readonly kind: 'add'; readonly name: string } | { readonly kind: 'edit' | 'merge' | 'split'; readonly of: ClassNow };
interface ChangeProps { readonly project: string; readonly change: Change; readonly classes: readonly ClassNow[]; readonly onClose: () => void; readonly onDone: (words: string) => void }

/** One change of the classes: what it does is said before it is done. */
export function ChangeDialog(props: ChangeProps) {
  const { change, onClose } = props;
  const title = change.kind === 'add' ? t('classes.add') : `${t(`classes.${change.kind}`)}: ${change.of.name}`;
  return <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('app.close') }}><ChangeForm {...props} /></Modal>;
}

interface Form { name: string; description: string; into: string; names: string }

function ChangeForm({ project, change, classes, onClose, onDone }: ChangeProps) {
  const client = useQueryClient();
  const [key] = useState(newKey);
  const others = classes.filter((each) => change.kind === 'add' || each.classId !== change.of.classId);
  const [form, setForm] = useState<Form>({
    name: change.kind === 'add' ? change.name : change.of.name, description: change.kind === 'add' ? '' : change.of.description ?? '', into: String(others[0]?.classId ?? ''), names: '',
  });
  const names = form.names.split('\n').map((each) => each.trim()).filter((each) => each !== '');
  const send = useMutation({
    mutationFn: () => act(project, change, key, form, names),
    onSuccess: (reply) => {
      for (const each of ['classes', 'project', 'labels', 'grid-classes']) void client.invalidateQueries({ queryKey: [each, project] });
      onDone(t('classes.done', { labels: reply.labelsMoved, items: reply.itemsAsked }));
    },
  });
  const ready = change.kind === 'split' ? names.length >= 2 : change.kind === 'merge' ? others.length > 0 : form.name.trim() !== '';
  const submit = (event: FormEvent): void => { event.preventDefault(); if (ready) send.mutate(); };
  return (
    <form onSubmit={submit} className="stack">
      {send.isError && <ProblemNote error={send.error} />}
      {(change.kind === 'add' || change.kind === 'edit') && (
        <>
          <TextInput data-autofocus label={t('classes.name')} required maxLength={120} value={form.name} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} />
          <Textarea label={t('classes.description')} description={t('classes.description.hint')} autosize minRows={2} maxLength={2000} value={form.description} onChange={(event) => setForm({ ...form, description: event.currentTarget.value })} />
        </>
      )}
      {change.kind === 'merge' && <NativeSelect data-autofocus label={t('classes.merge.into')} description={t('classes.merge.hint', { count: change.of.labels })} data={others.map(({ classId, name }) => ({ value: String(classId), label: name }))} value={form.into} onChange={(event) => setForm({ ...form, into: event.currentTarget.value })} />}
      {change.kind === 'split' && <Textarea data-autofocus label={t('classes.split.names')} description={t('classes.split.hint', { count: change.of.labels })} autosize minRows={3} value={form.names} onChange={(event) => setForm({ ...form, names: event.currentTarget.value })} />}
      <div className="acts acts-end"><Button variant="default" onClick={onClose}>{t('app.cancel')}</Button><Button type="submit" disabled={!ready} loading={send.isPending}>{t(`classes.${change.kind}`)}</Button></div>
    </form>
  );
}

function act(project: string, change: Change, key: string, form: Form, names: readonly string[]): Promise<ClassChangeReply> {
  const [name, description] = [form.name.trim(), form.description.trim()];
  switch (change.kind) {
    case 'add': return api.addClass(project, { key, name, ...(description !== '' && { description }) });
    case 'edit': return api.editClass(project, change.of.classId, { key, name, description: description === '' ? null : description });
    case 'merge': return api.mergeClasses(project, { key, from: [change.of.classId], into: Number(form.into) });
    case 'split': return api.splitClass(project, change.of.classId, { key, into: names.map((each) => ({ name: each })) });
  }
}
