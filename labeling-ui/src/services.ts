import { QueryClient } from '@tanstack/react-query';
import { createApiClient, isApiError } from './api-client/index.ts';

export const api = createApiClient((url, init) => fetch(url, init));

export const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: 5_000, retry: (count, error) => isApiError(error) && error.passing && count < 3 } },
});

export const newKey = (): string => crypto.randomUUID();

const languageName = 'perennial.language';
/** What the person chose in this browser; null where the browser's own languages decide. */
export const chosenLanguage = (): string | null => localStorage.getItem(languageName);
export function chooseLanguage(language: string): void {
  localStorage.setItem(languageName, language);
  location.reload();
}
