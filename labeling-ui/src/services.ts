import { QueryClient } from '@tanstack/react-query';
import { createApiClient, isApiError } from './api-client/index.ts';

export const api = createApiClient(async (url, init) => await early(url, init) ?? fetch(url, init));

/** What `early.ts` asked for already: each answer goes to the first who asks for the same, a claim to the first that holds nothing yet. */
async function early(url: string, { method = 'GET', body }: RequestInit): Promise<Response | null> {
  const found = globalThis.perennialEarly?.get(url);
  if (found === undefined || (found.body === null) !== (method === 'GET')) return null;
  globalThis.perennialEarly?.delete(url);
  if (found.body !== null && !(typeof body === 'string' && body.includes('"holding":[]'))) return null;
  const answer = await found.answer.catch(() => null);
  return answer?.ok === true ? answer : null;
}

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
