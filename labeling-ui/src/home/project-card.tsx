import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ProjectReply } from '../../../contracts/projects.ts';
import { api } from '../api-client/endpoints.ts';
import { Loading, Problem } from '../layout/notices.tsx';
import { messages } from '../messages/en.ts';
import { number } from '../messages/numbers.ts';
import { Link } from '../router/router.tsx';

const words = messages.home;

export function ProjectCard({ slug, name }: { slug: string; name: string }) {
  const project = useQuery({ queryKey: ['project', slug], queryFn: () => api.project(slug) });
  return (
    <Stack component="section" className="card" aria-label={name}>
      <Title order={2} size="h3">{name}</Title>
      {project.isPending && <Loading />}
      {project.isError && <Problem error={project.error} retry={() => { void project.refetch(); }} />}
      {project.data !== undefined && <Figures project={project.data} />}
    </Stack>
  );
}

function Figures({ project }: { project: ProjectReply }) {
  const { champion, counts, slug } = project;
  const waiting = counts.waitingItems + counts.openItems;
  const figures: readonly (readonly [string, string, string?])[] = [
    [words.champion, champion === null ? words.noChampion : words.version(champion.number), 'champion'],
    [words.waiting, number(waiting)], [words.images, number(counts.images)], [words.predictions, number(counts.predictions)], [words.labels, number(counts.labels)],
  ];
  return (
    <>
      <dl className="figures" style={{ margin: 0 }}>
        {figures.map(([label, figure, id]) => (
          <div key={label}>
            <Text component="dt" size="sm" c="dimmed">{label}</Text>
            <Text component="dd" m={0} size="xl" fw={650} data-testid={id}>{figure}</Text>
          </div>
        ))}
      </dl>
      <div>
        <Text size="sm" c="dimmed">{words.next}</Text>
        <Text>{adviceOf(project, waiting)}</Text>
      </div>
      <Group gap="xs">
        <Button component={Link} href={`/p/${slug}/review`} variant={waiting > 0 ? 'filled' : 'default'}>{words.toReview}</Button>
        <Button component={Link} href={`/p/${slug}/data`} variant="default">{words.toData}</Button>
        <Button component={Link} href={`/p/${slug}/models`} variant="default">{words.toModels}</Button>
      </Group>
    </>
  );
}

function adviceOf({ champion, counts }: ProjectReply, waiting: number): string {
  if (waiting > 0) return words.review(waiting);
  if (champion === null) return words.noModel;
  return counts.images === 0 ? words.sendImages : words.collect;
}
