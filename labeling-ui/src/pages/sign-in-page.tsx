import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { isApiError } from '../api-client/index.ts';
import { GateFrame } from '../components/gate-frame.tsx';
import { ProblemNote } from '../components/problem.tsx';
import { t } from '../messages/index.ts';
import { api } from '../services.ts';

export function SignInPage() {
  const { back } = useSearch({ from: '/sign-in' });
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await api.signIn(email, password);
      location.assign(back ?? '/');
    } catch (caught) {
      setError(isApiError(caught) && (caught.status === 401 || caught.status === 400) ? new Error(t('signIn.refused')) : caught);
      setBusy(false);
    }
  }

  return (
    <GateFrame title={t('signIn.title')} lead={t('signIn.lead')}>
      <form onSubmit={(event) => { void submit(event); }} className="stack">
        {error !== null && <ProblemNote error={error} />}
        <TextInput label={t('signIn.email')} type="email" name="email" autoComplete="username" required autoFocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
        <PasswordInput label={t('signIn.password')} name="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        <Button type="submit" loading={busy} fullWidth size="md">{t('signIn.submit')}</Button>
      </form>
      <p className="quiet">{t('signIn.noAccount')}</p>
    </GateFrame>
  );
}
