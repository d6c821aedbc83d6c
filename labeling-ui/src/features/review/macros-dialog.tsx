import { Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { keyInWords } from '../../actions/action.ts';
import { keyPressed } from '../../actions/keymap.ts';
import { annotationKinds } from '../../../../contracts/reviews.ts';
import { t } from '../../messages/index.ts';
import { Keys, mac } from './keys.tsx';
import type { PaletteEntry } from './palette.ts';
import type { Macro } from './preferences.ts';
import type { Decision } from './save-queue.ts';
import { decisionInWords } from './words.ts';

interface MacrosProps { readonly project: string; readonly palette: readonly PaletteEntry[]; readonly macros: readonly Macro[]; readonly taken: (key: string) => string | null; readonly change: (macros: readonly Macro[]) => void }

/** Whole answers under one key each: a class or another answer, with the comment that always goes with it. */
export function MacrosDialog({ opened, onClose, ...rest }: MacrosProps & { opened: boolean; onClose: () => void }) {
  return <Modal opened={opened} onClose={onClose} title={t('macros.title')} size="lg" closeButtonProps={{ 'aria-label': t('app.close') }}>{opened && <Macros {...rest} />}</Modal>;
}

function Macros({ project, palette, macros, taken, change }: MacrosProps) {
  return (
    <div className="stack">
      <p className="lead">{t('macros.lead')}</p>
      {macros.length > 0 && (
        <ul className="macro-list">
          {macros.map((macro) => (
            <li key={macro.id}>
              <span><strong>{macro.name}</strong> <span className="quiet">{decisionInWords(macro.decision, palette)}{macro.decision.comment !== undefined && ` · ${macro.decision.comment}`}</span></span>
              {macro.key !== null && <Keys keys={[macro.key]} />}
              <Button size="xs" variant="subtle" aria-label={t('macros.remove.named', { name: macro.name })} onClick={() => change(macros.filter((each) => each.id !== macro.id))}>{t('macros.remove')}</Button>
            </li>
          ))}
        </ul>
      )}
      <NewMacro palette={palette} taken={taken} add={(macro) => change([...macros, { ...macro, id: crypto.randomUUID(), project }])} />
    </div>
  );
}

type Form = { name: string; answer: string; comment: string; key: string | null };
const empty: Form = { name: '', answer: '', comment: '', key: null };

function NewMacro({ palette, taken, add }: { palette: readonly PaletteEntry[]; taken: (key: string) => string | null; add: (macro: Omit<Macro, 'id' | 'project'>) => void }) {
  const [form, setForm] = useState(empty);
  const owner = form.key === null ? null : taken(form.key);
  const answers = [...palette.map(({ classId, name }) => ({ value: `class-${classId}`, label: name })), ...annotationKinds.filter((kind) => kind !== 'class').map((kind) => ({ value: kind, label: t(`answer.${kind}`) }))];
  const answer = form.answer === '' ? (answers[0]?.value ?? '') : form.answer;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const name = form.name.trim();
    if (name === '') return;
    add({ name, key: form.key, decision: { ...decisionOf(answer), ...(form.comment.trim() !== '' && { comment: form.comment.trim() }) } });
    setForm(empty);
  };
  return (
    <form className="macro-form" onSubmit={submit}>
      <TextInput data-autofocus label={t('macros.name')} required maxLength={60} value={form.name} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} />
      <NativeSelect label={t('macros.answer')} data={answers} value={answer} onChange={(event) => setForm({ ...form, answer: event.currentTarget.value })} />
      <TextInput label={t('macros.comment')} maxLength={2000} value={form.comment} onChange={(event) => setForm({ ...form, comment: event.currentTarget.value })} />
      <TextInput
        label={t('macros.key')} readOnly value={form.key === null ? '' : keyInWords(form.key, mac)} placeholder={t('macros.key.hint')} error={owner === null ? undefined : t('macros.key.taken', { name: owner })}
        onKeyDown={(event) => {
          if (event.key === 'Tab' || event.key === 'Escape') return;
          event.preventDefault();
          setForm({ ...form, key: event.key === 'Delete' || event.key === 'Backspace' ? null : keyPressed(event.nativeEvent) ?? form.key });
        }}
      />
      <Button type="submit" disabled={owner !== null}>{t('macros.add')}</Button>
    </form>
  );
}

function decisionOf(answer: string): Decision {
  if (answer.startsWith('class-')) return { kind: 'class', classId: Number(answer.slice(6)) };
  return { kind: annotationKinds.find((kind) => kind === answer) ?? 'unsure' };
}
