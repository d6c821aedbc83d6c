import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { isApiError } from '../api-client/index.ts';
import { GateFrame } from '../components/gate-frame.tsx';
import { ProblemNote } from '../components/problem.tsx';
import { isMessageKey, t } from '../messages/index.ts';
import { api } from '../services.ts';

export function InvitePage() {
  const { token } = useParams({ from: '/invite/$token' });
  const invitation = useQuery({ queryKey: ['invitation', token], queryFn: () => api.invitation(token), retry: false, staleTime: Number.POSITIVE_INFINITY });
  const [form, setForm] = useState<{ name: string; email: string | null; password: string }>({ name: '', email: null, password: '' });
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const email = form.email ?? invitation.data?.email ?? '';

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await api.acceptInvitation({ token, name: form.name.trim(), email, password: form.password });
      await api.signIn(email, form.password);
      location.assign('/');
    } catch (caught) {
      setError(caught);
      setBusy(false);
    }
  }

  if (invitation.isError && isApiError(invitation.error) && !invitation.error.passing) {
    return <GateFrame title={t('invite.title')}><ProblemNote error={new Error(t('invite.invalid'))} /><Button component="a" href="/sign-in" variant="default">{t('signIn.title')}</Button></GateFrame>;
  }
  const role = `role.${invitation.data?.role ?? ''}`;
  return (
    <GateFrame title={t('invite.title')} lead={t('invite.lead')}>
      <form onSubmit={(event) => { void submit(event); }} className="stack">
        {error !== null && <ProblemNote error={error} />}
        {isMessageKey(role) && <p className="quiet">{t('invite.role', { role: t(role) })}</p>}
        <TextInput label={t('invite.name')} name="name" autoComplete="name" required autoFocus maxLength={120} value={form.name} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} />
        <TextInput label={t('signIn.email')} type="email" name="email" autoComplete="username" required value={email} onChange={(event) => setForm({ ...form, email: event.currentTarget.value })} />
        <PasswordInput label={t('invite.password')} name="password" autoComplete="new-password" required minLength={10} maxLength={200} value={form.password} onChange={(event) => setForm({ ...form, password: event.currentTarget.value })} />
        <Button type="submit" loading={busy} fullWidth size="md">{t('invite.submit')}</Button>
      </form>
    </GateFrame>
  );
}
