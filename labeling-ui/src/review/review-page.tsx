import { Button, Group, Text, Title } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { bindKeys } from '../actions/action.ts';
import { type ReviewContext, reviewActions } from '../actions/review-actions.ts';
import { useKeys } from '../actions/use-keys.ts';
import { Empty, Loading, Problem } from '../layout/notices.tsx';
import { messages } from '../messages/en.ts';
import { Link } from '../router/router.tsx';
import { ItemImage } from './item-image.tsx';
import { ModelAnswer } from './model-answer.tsx';
import { Palette } from './palette.tsx';
import { ClassSearch, KeySheet } from './panels.tsx';
import { usePrefetch } from './prefetch.ts';
import { StatusLine } from './status-line.tsx';
import { useReview } from './use-review.ts';

const words = messages.review;

/** Labelling by the hand: one key decides and shows the next image. */
export function ReviewPage({ project, personId }: { project: string; personId: string }) {
  const { session, view, save } = useReview(project, personId);
  const [panel, setPanel] = useState<'search' | 'sheet' | null>(null);
  const [zoomed, setZoomed] = useState(false);
  const item = view.items[view.place] ?? null;
  const actions = useMemo(() => reviewActions(view.classes), [view.classes]);
  const byId = useMemo(() => new Map(actions.map((each) => [each.id, each])), [actions]);
  const bound = useMemo(() => bindKeys(actions), [actions]);
  const context: ReviewContext = {
    session, item, classes: view.classes, last: view.last, canUndo: view.canUndo,
    canMove: { back: view.place > 0, on: view.place < view.items.length - 1 },
    open: setPanel, zoom: () => setZoomed((is) => !is),
  };
  useKeys(bound, context, panel === null);
  usePrefetch(view.items, view.place);
  useEffect(() => setZoomed(false), [item?.id]);
  if (!view.loaded && view.error === null) return <Loading />;
  return (
    <>
      <h1 className="mantine-visually-hidden" style={{ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)', margin: 0 }}>{words.title}</h1>
      <StatusLine view={view} save={save} />
      {view.error !== null && <Problem error={view.error} retry={() => { void session.refill(); }} />}
      {item === null ? view.error === null && <Nothing project={project} undo={view.canUndo ? session.undo : null} /> : (
        <div className="review">
          <div>
            <ItemImage item={item} zoomed={zoomed} onZoom={context.zoom} />
            <Group gap="md" mt={6}>
              <Text size="sm" c="dimmed">{words.image(item.camera, item.capturedAt)}</Text>
              {item.burstSize > 1 && <Text size="sm" c="dimmed">{words.burst(item.burstSize)}</Text>}
            </Group>
          </div>
          <div className="side">
            <ModelAnswer actions={byId} context={context} />
            <Palette actions={byId} context={context} />
          </div>
        </div>
      )}
      <KeySheet opened={panel === 'sheet'} close={() => setPanel(null)} actions={actions} />
      <ClassSearch opened={panel === 'search'} close={() => setPanel(null)} classes={view.classes} choose={(classId) => session.commit({ kind: 'class', classId })} />
    </>
  );
}

function Nothing({ project, undo }: { project: string; undo: (() => void) | null }) {
  return (
    <div className="card" data-testid="review-empty">
      <Title order={2} size="h3">{words.empty}</Title>
      <Empty>{words.emptyNext}</Empty>
      <Group mt="sm">
        <Button component={Link} href={`/p/${project}/models`}>{messages.models.title}</Button>
        <Button component={Link} href={`/p/${project}/data`} variant="default">{messages.data.collect}</Button>
        {undo !== null && <Button variant="subtle" onClick={undo}>{words.actions.undo}</Button>}
      </Group>
    </div>
  );
}
