import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api-client/endpoints.ts';
import { Problem } from '../layout/notices.tsx';
import { messages } from '../messages/en.ts';
import { Entry } from './entry.tsx';

const words = messages.signIn;

export function SignInPage() {
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({ mutationFn: () => api.signIn(email, password), onSuccess: () => queries.invalidateQueries({ queryKey: ['me'] }) });
  return (
    <Entry title={words.title} lead={words.lead}>
      <form onSubmit={(event) => { event.preventDefault(); signIn.mutate(); }}>
        <Stack>
          <TextInput label={words.email} name="email" type="email" autoComplete="username" required value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
          <PasswordInput label={words.password} name="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
          {signIn.isError && <Problem error={signIn.error} />}
          <Button type="submit" loading={signIn.isPending}>{words.send}</Button>
          <Text size="sm" c="dimmed">{words.byInvitation}</Text>
        </Stack>
      </form>
    </Entry>
  );
}
