import { Alert, Button } from '@mantine/core';
import { isApiError } from '../api-client/index.ts';
import { t } from '../messages/index.ts';

export function problemInWords(error: unknown): string {
  if (!isApiError(error)) return error instanceof Error ? error.message : String(error);
  if (error.kind === 'network') return t('error.network');
  return error.kind === 'shape' ? t('error.shape') : error.message;
}

/** What went wrong, and the way out. */
export function ProblemNote({ error, again, title = t('app.error') }: { error: unknown; again?: (() => void) | undefined; title?: string }) {
  return (
    <Alert color="red" variant="light" title={title} role="alert" className="note">
      <p className="note-text">{problemInWords(error)}</p>
      {again !== undefined && <Button variant="default" size="xs" onClick={again}>{t('app.tryAgain')}</Button>}
    </Alert>
  );
}
