import { QueryClient } from '@tanstack/react-query';
import { createApiClient, isApiError } from './api-client/index.ts';

export const api = createApiClient((url, init) => fetch(url, init));

export const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: 5_000, retry: (count, error) => isApiError(error) && error.passing && count < 3 } },
});

export const newKey = (): string => crypto.randomUUID();
