import { Button, Modal } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { JudgedPicture, JudgedPictures } from '../../../../contracts/model-evaluation.ts';
import { Answered } from '../../components/data-table.tsx';
import { formatShare, formatTime, t } from '../../messages/index.ts';
import { useProjectSlug } from '../session/index.ts';

interface Behind { readonly title: string; readonly queryKey: readonly unknown[]; readonly load: (offset: number) => Promise<JudgedPictures> }

/** The pictures behind a figure, a page at a time. */
export function PictureDialog({ behind, onClose }: { behind: Behind | null; onClose: () => void }) {
  return <Modal opened={behind !== null} onClose={onClose} title={behind?.title} size="80rem" closeButtonProps={{ 'aria-label': t('app.close') }}>{behind !== null && <Pictures {...behind} />}</Modal>;
}

function Pictures({ queryKey, load }: Behind) {
  const pages = useInfiniteQuery({
    queryKey, queryFn: ({ pageParam }) => load(pageParam), initialPageParam: 0, staleTime: 60_000,
    getNextPageParam: (last, all) => { const asked = all.reduce((sum, { items, hidden }) => sum + items.length + hidden, 0); return asked < last.total && last.items.length + last.hidden > 0 ? asked : undefined; },
  });
  return (
    <Answered query={pages}>
      {({ pages: read }) => {
        const items = read.flatMap((page) => page.items);
        const hidden = read.reduce((sum, page) => sum + page.hidden, 0);
        return (
          <div className="stack">
            <p className="quiet" role="status">{items.length === 0 ? t('pictures.none') : t('pictures.shown', { shown: items.length, total: read[0]?.total ?? 0 })}{hidden > 0 && ` ${t('pictures.hidden', { count: hidden })}`}</p>
            <ul className="pictures">{items.map((picture) => <li key={picture.imageId}><Judged picture={picture} /></li>)}</ul>
            {pages.hasNextPage && <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => { void pages.fetchNextPage(); }}>{t('pictures.more')}</Button>}
          </div>
        );
      }}
    </Answered>
  );
}

function Judged({ picture: { imageId, images, truth, answer, confidence, before, camera, capturedAt, fileName } }: { picture: JudgedPicture }) {
  const project = useProjectSlug();
  const name = [fileName, camera].filter((each) => each !== null).join(', ') || imageId;
  return (
    <figure className="judged">
      <a href={images.fitted} target="_blank" rel="noreferrer" aria-label={t('pictures.open', { name })}><img src={images.thumbnail} alt="" loading="lazy" width={320} height={240} /></a>
      <figcaption>
        <strong>{t('pictures.is', { truth })}</strong>
        <span data-wrong={answer !== truth}>{t('pictures.answered', { answer, share: formatShare(confidence) })}</span>
        {before !== null && <span className="quiet">{t('pictures.before', { answer: before.answer, share: formatShare(before.confidence) })}</span>}
        <span className="quiet">{camera ?? t('models.noCamera')}{capturedAt !== null && `, ${formatTime(capturedAt)}`}</span>
        <Link to="/p/$project/lineage/$kind/$id" params={{ project, kind: 'image', id: imageId }} className="quiet">{t('pictures.lineage')}</Link>
      </figcaption>
    </figure>
  );
}
