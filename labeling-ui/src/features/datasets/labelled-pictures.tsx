import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Answered } from '../../components/data-table.tsx';
import { formatTime, isMessageKey, t } from '../../messages/index.ts';
import { api } from '../../services.ts';

export interface LabelledPicture { readonly imageId: string; readonly classId: number; readonly before: number | null; readonly split: string }

const pageLength = 24;
const splitInWords = (split: string): string => { const key = `datasets.${split}`; return isMessageKey(key) ? t(key) : split; };

/** Pictures with their labels, a page at a time. */
export function LabelledPictures({ project, pictures, nameOf }: { project: string; pictures: readonly LabelledPicture[]; nameOf: (classId: number) => string }) {
  const [pages, setPages] = useState(1);
  if (pictures.length === 0) return <p className="quiet">{t('pictures.none')}</p>;
  return (
    <div className="stack">
      <p className="quiet" role="status">{t('pictures.shown', { shown: Math.min(pages * pageLength, pictures.length), total: pictures.length })}</p>
      {Array.from({ length: pages }, (_, at) => <PictureRow key={at} project={project} pictures={pictures.slice(at * pageLength, (at + 1) * pageLength)} nameOf={nameOf} />)}
      {pages * pageLength < pictures.length && <div><Button variant="default" onClick={() => setPages(pages + 1)}>{t('pictures.more')}</Button></div>}
    </div>
  );
}

function PictureRow({ project, pictures, nameOf }: { project: string; pictures: readonly LabelledPicture[]; nameOf: (classId: number) => string }) {
  const ids = pictures.map(({ imageId }) => imageId);
  const links = useQuery({ queryKey: ['pictures', project, ids], queryFn: () => api.pictures(project, ids), staleTime: 3_600_000 });
  return (
    <Answered query={links}>
      {({ items }) => {
        const byId = new Map(items.map((each) => [each.imageId, each]));
        return (
          <ul className="pictures">
            {pictures.map(({ imageId, classId, before, split }) => {
              const picture = byId.get(imageId);
              return picture === undefined ? null : (
                <li key={imageId}>
                  <figure className="judged">
                    <a href={picture.images.fitted} target="_blank" rel="noreferrer" aria-label={t('pictures.open', { name: picture.fileName ?? imageId })}><img src={picture.images.thumbnail} alt="" loading="lazy" width={320} height={240} /></a>
                    <figcaption>
                      <strong>{before === null || before === classId ? nameOf(classId) : <><s>{nameOf(before)}</s> → {nameOf(classId)}</>}</strong>
                      <span className="quiet">{splitInWords(split)}, {picture.camera ?? t('models.noCamera')}{picture.capturedAt !== null && `, ${formatTime(picture.capturedAt)}`}</span>
                      <Link to="/p/$project/lineage/$kind/$id" params={{ project, kind: 'image', id: imageId }} className="quiet">{t('pictures.lineage')}</Link>
                    </figcaption>
                  </figure>
                </li>
              );
            })}
          </ul>
        );
      }}
    </Answered>
  );
}
