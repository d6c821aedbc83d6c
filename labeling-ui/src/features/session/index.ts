import { queryOptions, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { atLeast, type Role } from '../../../../domain/roles.ts';
import { api } from '../../services.ts';

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => api.me(), staleTime: 60_000 });
export const projectQuery = (project: string) => queryOptions({ queryKey: ['project', project], queryFn: () => api.project(project), refetchInterval: 10_000 });

/** The slug in the address. */
export const useProjectSlug = (): string => useParams({ from: '/p/$project' }).project;

/** Whether the person may do what needs this role in the project at hand. */
export function useMay(): (needed: Role) => boolean {
  const slug = useProjectSlug();
  const me = useQuery(meQuery);
  const role = me.data?.projects.find((each) => each.slug === slug)?.role;
  return (needed) => role !== undefined && atLeast(role, needed);
}
