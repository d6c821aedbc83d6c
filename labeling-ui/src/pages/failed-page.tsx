import { Button, Title } from '@mantine/core';
import { problemInWords } from '../components/problem.tsx';
import { t } from '../messages/index.ts';

/** Nothing at this address, or something broke. */
export function FailedPage({ error }: { error?: unknown }) {
  return (
    <main className="gate"><div className="gate-card">
      <Title order={1} size="h3">{t('app.error')}</Title>
      <p>{error === undefined ? t('app.notFound') : problemInWords(error)}</p>
      <Button component="a" href="/">{t('nav.home')}</Button>
    </div></main>
  );
}
