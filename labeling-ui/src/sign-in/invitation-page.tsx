import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api-client/endpoints.ts';
import { Loading, Problem } from '../layout/notices.tsx';
import { messages } from '../messages/en.ts';
import { navigate } from '../router/router.tsx';
import { Entry } from './entry.tsx';

const words = messages.invitation;

export function InvitationPage({ token }: { token: string }) {
  const queries = useQueryClient();
  const invitation = useQuery({ queryKey: ['invitation', token], queryFn: () => api.invitation(token), refetchOnWindowFocus: false });
  const [name, setName] = useState('');
  const [typed, setTyped] = useState('');
  const [password, setPassword] = useState('');
  const email = invitation.data?.email ?? typed;
  const accept = useMutation({
    mutationFn: async () => {
      await api.acceptInvitation({ token, name, email, password });
      await api.signIn(email, password);
    },
    onSuccess: async () => {
      navigate('/', { replace: true });
      await queries.invalidateQueries({ queryKey: ['me'] });
    },
  });
  if (invitation.isPending) return <Loading />;
  if (invitation.isError) return <Entry title={words.title} lead=""><Problem error={invitation.error} /></Entry>;
  return (
    <Entry title={words.title} lead={words.lead(invitation.data.role)}>
      <form onSubmit={(event) => { event.preventDefault(); accept.mutate(); }}>
        <Stack>
          <TextInput label={words.name} name="name" autoComplete="name" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <TextInput label={words.email} name="email" type="email" autoComplete="username" required readOnly={invitation.data.email !== null} value={email} onChange={(event) => setTyped(event.currentTarget.value)} />
          <PasswordInput label={words.password} name="password" description={words.passwordHint} autoComplete="new-password" required minLength={10} value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
          {accept.isError && <Problem error={accept.error} />}
          <Button type="submit" loading={accept.isPending}>{words.send}</Button>
        </Stack>
      </form>
    </Entry>
  );
}
