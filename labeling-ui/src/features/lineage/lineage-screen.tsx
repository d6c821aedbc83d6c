import { Paper, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { Lineage } from '../../../../contracts/lineage.ts';
import { Answered } from '../../components/data-table.tsx';
import { PageFrame } from '../../components/page-frame.tsx';
import { formatTime, isMessageKey, t } from '../../messages/index.ts';
import { api } from '../../services.ts';
import { useProjectSlug } from '../session/index.ts';
import { box, curve, layOut } from './layout.ts';

type Node = Lineage['nodes'][number];
export type LineageSubject = 'prediction' | 'label' | 'image' | 'model_version';

const kindInWords = (kind: string): string => { const key = `lineage.kind.${kind}`; return isMessageKey(key) ? t(key) : kind; };
/** The part before a comma is ours; what follows is a name. */
const becauseInWords = (because: string): string => { const key = `lineage.because.${(because.split(',')[0] ?? '').replaceAll(/[^a-z]+/g, '_')}`; return isMessageKey(key) ? t(key) : because; };

/** What something rests on and what it changed, drawn from left to right, and as a list. */
export function LineageScreen({ kind, id }: { kind: LineageSubject; id: string }) {
  const project = useProjectSlug();
  const lineage = useQuery({ queryKey: ['lineage', project, kind, id], queryFn: () => api.lineage(project, kind, id) });
  return (
    <PageFrame title={t('lineage.title')} lead={t('lineage.lead')}>
      <Answered query={lineage}>
        {(data) => (
          <>
            <Paper withBorder className="card subject">
              <SubjectPicture project={project} data={data} />
              <div><span className="quiet">{kindInWords(data.subject.kind)}</span><p className="gate-sentence"><strong>{data.subject.title}</strong></p>{data.subject.at !== null && <time className="quiet" dateTime={data.subject.at}>{formatTime(data.subject.at)}</time>}</div>
            </Paper>
            <Drawing project={project} data={data} />
            <section aria-labelledby="links"><Title order={2} size="h4" id="links">{t('lineage.list')}</Title><Links project={project} data={data} /></section>
          </>
        )}
      </Answered>
    </PageFrame>
  );
}

function SubjectPicture({ project, data }: { project: string; data: Lineage }) {
  const image = [data.subject, ...data.nodes].find(({ kind }) => kind === 'image');
  const picture = useQuery({ queryKey: ['picture', project, image?.id], queryFn: () => api.pictures(project, [image?.id ?? '']), enabled: image !== undefined, staleTime: Infinity });
  const [shown] = picture.data?.items ?? [];
  if (shown === undefined) return null;
  return <a href={shown.images.fitted} target="_blank" rel="noreferrer" aria-label={t('pictures.open', { name: shown.fileName ?? shown.imageId })}><img src={shown.images.thumbnail} alt="" width={200} height={150} /></a>;
}

function Drawing({ project, data }: { project: string; data: Lineage }) {
  const drawn = layOut(data);
  const left = [...drawn.left];
  const scroller = useRef<HTMLDivElement>(null);
  const subject = drawn.nodes.find(({ node }) => node.id === data.subject.id);
  // What it is about is in sight from the start, however narrow the screen.
  useEffect(() => { if (scroller.current !== null && subject !== undefined) scroller.current.scrollLeft = subject.x - (scroller.current.clientWidth - box.width) / 2; }, [subject?.x]);
  return (
    <div ref={scroller} className="lineage-scroll" role="region" aria-label={t('lineage.drawing')} tabIndex={0}>
      <div className="lineage" style={{ width: drawn.width, height: drawn.height }}>
        <svg width={drawn.width} height={drawn.height} aria-hidden="true">{drawn.edges.map((edge) => <path key={`${edge.from.node.id} ${edge.to.node.id} ${edge.because}`} d={curve(edge)} data-near={edge.from.node.id === data.subject.id || edge.to.node.id === data.subject.id}><title>{becauseInWords(edge.because)}</title></path>)}</svg>
        {drawn.nodes.map(({ node, x, y }) => <div key={node.id} className="lineage-node" data-kind={node.kind} data-subject={node.id === data.subject.id} style={{ left: x, top: y, width: box.width, height: box.height }}><span className="quiet">{kindInWords(node.kind)}</span><NodeLink node={node} project={project} /></div>)}
      </div>
      {left.length > 0 && <p className="quiet">{t('lineage.left', { what: left.map(([kind, count]) => `${kindInWords(kind)} (+${count})`).join(', ') })}</p>}
    </div>
  );
}

function NodeLink({ node: { kind, id, title }, project }: { node: Node; project: string }) {
  if (kind === 'image' || kind === 'label') return <Link to="/p/$project/lineage/$kind/$id" params={{ project, kind, id }} title={title}>{title}</Link>;
  if (kind === 'prediction' && !id.includes('/')) return <Link to="/p/$project/lineage/$kind/$id" params={{ project, kind, id }} title={title}>{title}</Link>;
  const number = /version (\d+)/.exec(title)?.[1];
  if (kind === 'model_version' && number !== undefined) return <Link to="/p/$project/models/$number" params={{ project, number }} title={title}>{title}</Link>;
  if (kind === 'dataset_version') return <Link to="/p/$project/datasets" params={{ project }} title={title}>{title}</Link>;
  return <span title={title}>{title}</span>;
}

function Links({ project, data: { subject, nodes, edges } }: { project: string; data: Lineage }) {
  const byId = new Map([subject, ...nodes].map((node) => [node.id, node]));
  if (edges.length === 0) return <Paper withBorder className="empty-note">{t('lineage.empty')}</Paper>;
  return (
    <ul className="lineage-list">
      {edges.map(({ from, to, because }) => {
        const [one, other] = [byId.get(from), byId.get(to)];
        return one === undefined || other === undefined ? null : (
          <li key={`${from} ${to} ${because}`}><span className="quiet">{kindInWords(one.kind)}</span> <NodeLink node={one} project={project} /> <em>{becauseInWords(because)}</em> <span className="quiet">{kindInWords(other.kind)}</span> <NodeLink node={other} project={project} /></li>
        );
      })}
    </ul>
  );
}
