import { useQuery } from '@tanstack/react-query';
import { api } from '../api-client/endpoints.ts';
import { ApiError } from '../api-client/problem.ts';

/** Who is signed in; null when nobody is. */
export function useMe() {
  return useQuery({
    queryKey: ['me'],
    queryFn: () => api.me().catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }),
  });
}
