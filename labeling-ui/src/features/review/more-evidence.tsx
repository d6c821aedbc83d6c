import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import type { EvidenceReply } from '../../../../contracts/review-evidence.ts';
import type { ReviewItemReply } from '../../../../contracts/reviews.ts';
import { formatFigure, formatNumber, formatShare, formatTime, isMessageKey, t } from '../../messages/index.ts';
import { api } from '../../services.ts';

interface MoreProps { readonly project: string; readonly item: ReviewItemReply; readonly classes: readonly { classId: number; name: string }[] }

/** What takes a moment to fetch, and is only fetched while it is open: similar labelled images, the classes' cards, the file. */
export function MoreEvidence({ project, item, classes }: MoreProps) {
  const [open, setOpen] = useState({ similar: false, cards: false, file: false });
  const settled = useSettled(item.id);
  const wanted = (open.similar || open.file) && settled === item.id;
  const evidence = useQuery({ queryKey: ['evidence', project, item.id], queryFn: () => api.evidence(project, item.id), enabled: wanted, staleTime: Infinity, retry: false });
  const toggle = (name: keyof typeof open) => (now: boolean): void => setOpen((before) => ({ ...before, [name]: now }));
  const asked = (item.prediction?.top.slice(0, 3) ?? []).map(({ classId }) => classId);
  return (
    <div className="more">
      {!item.blind && <Fold title={t('more.similar')} open={open.similar} toggle={toggle('similar')}><Similar evidence={evidence.data} failed={evidence.isError} /></Fold>}
      <Fold title={t('more.cards')} open={open.cards} toggle={toggle('cards')}>
        <Cards project={project} first={asked.length > 0 ? asked : classes.slice(0, 3).map(({ classId }) => classId)} classes={classes} />
      </Fold>
      <Fold title={t('more.file')} open={open.file} toggle={toggle('file')}>{evidence.data === undefined ? <Pending failed={evidence.isError} /> : <File taken={evidence.data.taken} />}</Fold>
    </div>
  );
}

function Fold({ title, open, toggle, children }: { title: string; open: boolean; toggle: (open: boolean) => void; children: ReactNode }) {
  return <details open={open} onToggle={(event) => toggle(event.currentTarget.open)}><summary>{title}</summary>{open && children}</details>;
}

const Pending = ({ failed }: { failed: boolean }) => <p className="quiet">{t(failed ? 'more.failed' : 'app.loading')}</p>;

function Similar({ evidence, failed }: { evidence: EvidenceReply | undefined; failed: boolean }) {
  if (evidence === undefined) return <Pending failed={failed} />;
  if (evidence.neighbours.length === 0) return <p className="quiet">{t(evidence.neighboursMissing === 'no_labels' ? 'more.similar.noLabels' : 'more.similar.none')}</p>;
  return (
    <ul className="thumbs">
      {evidence.neighbours.map((each) => <li key={each.imageId}><img src={each.images.thumbnail} alt="" loading="lazy" /><span>{each.className}</span><span className="quiet">{formatShare(Math.max(0, each.similarity))}</span></li>)}
    </ul>
  );
}

function Cards({ project, first, classes }: { project: string; first: readonly number[]; classes: MoreProps['classes'] }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const classId = chosen ?? first[0] ?? 0;
  const card = useQuery({ queryKey: ['card', project, classId], queryFn: () => api.card(project, classId), staleTime: 300_000, retry: false });
  const tabs = classes.filter((each) => first.includes(each.classId) || each.classId === chosen);
  return (
    <div className="card">
      <div className="card-tabs" role="group" aria-label={t('more.cards')}>{tabs.map((each) => <button key={each.classId} type="button" aria-pressed={each.classId === classId} onClick={() => setChosen(each.classId)}>{each.name}</button>)}</div>
      {card.data === undefined ? <Pending failed={card.isError} /> : (
        <>
          {card.data.description !== null && <p>{card.data.description}</p>}
          <p className="quiet">{t('more.card.labels', { count: card.data.labels })}{card.data.confusedWith.length > 0 && ` · ${t('more.card.confused', { names: card.data.confusedWith.map((each) => each.name).join(', ') })}`}</p>
          <ul className="thumbs">{card.data.examples.slice(0, 6).map((each) => <li key={each.imageId}><img src={each.images.thumbnail} alt={t('more.card.example', { name: card.data.name })} loading="lazy" /></li>)}</ul>
        </>
      )}
    </div>
  );
}

function File({ taken }: { taken: EvidenceReply['taken'] }) {
  const facts: readonly (readonly [string, string | null])[] = [
    [t('more.file.name'), taken.fileName], [t('more.file.site'), taken.site], [t('more.file.exif'), taken.exifTime],
    [t('more.file.received'), taken.receivedAt === null ? null : formatTime(taken.receivedAt)], [t('review.about.size'), `${formatNumber(taken.width)} × ${formatNumber(taken.height)}`],
    ...Object.entries(taken.figures).map(([name, value]) => [figureInWords(name), formatFigure(value)] as const),
  ];
  return <dl className="about">{facts.filter(([, value]) => value !== null).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

function figureInWords(name: string): string {
  const key = `more.figure.${name}`;
  return isMessageKey(key) ? t(key) : name;
}

/** The item once it has been on screen for a moment: nothing is fetched for what is passed by. */
export function useSettled(itemId: string): string | null {
  const [settled, setSettled] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(itemId), 200);
    return () => { clearTimeout(timer); };
  }, [itemId]);
  return settled;
}
