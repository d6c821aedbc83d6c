import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { HistoryEventReply } from '../../../../contracts/history.ts';
import { Answered, DataTable } from '../../components/data-table.tsx';
import { PageFrame } from '../../components/page-frame.tsx';
import { formatTime, isMessageKey, t } from '../../messages/index.ts';
import { api } from '../../services.ts';
import { useProjectSlug } from '../session/index.ts';
import { differences } from './differences.ts';

export interface HistoryAsked { readonly actor?: string | undefined; readonly action?: string | undefined; readonly subject?: string | undefined }

/** Groups of actions to choose from; labels are many, so they stand apart. */
const groups = ['decisions', '*', 'label.*', 'model.*', 'challenge.*', 'alias.*', 'policy.*', 'classes.*', 'image.*', 'person.*', 'key.*', 'holdout.*', 'gold.*', 'prediction.*'] as const;
const groupInWords = (group: string): string => { const key = `history.group.${group.replace('.*', '')}`; return isMessageKey(key) ? t(key) : group; };
const actionInWords = (action: string): string => { const key = `history.action.${action}`; return isMessageKey(key) ? t(key) : action; };

/** Who did what, when, before and after. */
export function HistoryScreen({ chosen, choose }: { chosen: HistoryAsked; choose: (next: HistoryAsked) => void }) {
  const project = useProjectSlug();
  const action = chosen.action ?? 'decisions';
  const pages = useInfiniteQuery({
    queryKey: ['history', project, chosen], initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => api.history(project, { actor: chosen.actor, subject: chosen.subject, ...(action === 'decisions' ? { except: 'label.*' } : { action }), after: pageParam ?? undefined }),
    getNextPageParam: (last) => last.next ?? undefined,
  });
  return (
    <PageFrame title={t('history.title')} lead={t('history.lead')}>
      <Filter key={JSON.stringify(chosen)} chosen={chosen} choose={choose} />
      <Answered query={pages}>
        {({ pages: read }) => (
          <div className="stack">
            <DataTable
              caption={t('history.title')} rows={read.flatMap(({ items }) => items)} rowKey={({ id }) => id} empty={t('history.empty')}
              columns={[
                { head: t('history.when'), cell: (each) => <time dateTime={each.at}>{formatTime(each.at)}</time> },
                { head: t('history.who'), cell: (each) => <strong>{each.actorName ?? each.actor}</strong> },
                { head: t('history.what'), cell: (each) => actionInWords(each.action) },
                { head: t('history.subject'), cell: (each) => <Subject event={each} project={project} /> },
                { head: t('history.change'), cell: (each) => <Change event={each} /> },
              ]}
            />
            {pages.hasNextPage && <div><Button variant="default" loading={pages.isFetchingNextPage} onClick={() => { void pages.fetchNextPage(); }}>{t('history.older')}</Button></div>}
          </div>
        )}
      </Answered>
    </PageFrame>
  );
}

function Filter({ chosen, choose }: { chosen: HistoryAsked; choose: (next: HistoryAsked) => void }) {
  const [actor, setActor] = useState(chosen.actor ?? '');
  const [subject, setSubject] = useState(chosen.subject ?? '');
  const [action, setAction] = useState(chosen.action ?? 'decisions');
  const given = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim());
  const submit = (event: FormEvent): void => { event.preventDefault(); choose({ actor: given(actor), subject: given(subject), action: action === 'decisions' ? undefined : action }); };
  return (
    <form className="ask" onSubmit={submit} role="search">
      <NativeSelect label={t('history.what')} value={action} onChange={(event) => setAction(event.currentTarget.value)} data={groups.map((each) => ({ value: each, label: groupInWords(each) }))} />
      <TextInput label={t('history.who')} value={actor} maxLength={200} onChange={(event) => setActor(event.currentTarget.value)} />
      <TextInput label={t('history.subject')} value={subject} maxLength={200} onChange={(event) => setSubject(event.currentTarget.value)} />
      <Button type="submit" variant="default">{t('history.find')}</Button>
    </form>
  );
}

function Subject({ event: { action, subject }, project }: { event: HistoryEventReply; project: string }) {
  const short = subject.length > 14 ? `…${subject.slice(-8)}` : subject;
  const kind = action.startsWith('label.') || action.startsWith('image.') ? 'image' : action.startsWith('prediction.') ? 'prediction' : action.startsWith('model.') ? 'model_version' : null;
  if (action.startsWith('challenge.')) return <Link to="/p/$project/challenges/$challenge" params={{ project, challenge: subject }} title={subject}><code>{short}</code></Link>;
  if (kind === null) return <code title={subject}>{short}</code>;
  return <Link to="/p/$project/lineage/$kind/$id" params={{ project, kind, id: subject }} title={subject}><code>{short}</code></Link>;
}

/** What is different after: only fields that changed. */
function Change({ event: { before, after } }: { event: HistoryEventReply }) {
  const changes = differences(before, after);
  if (changes.length === 0) return <span className="quiet">–</span>;
  return (
    <ul className="changes">
      {changes.slice(0, 4).map(([name, was, is]) => <li key={name}><span className="quiet">{name}</span> {was !== null && <><s>{was}</s> → </>}{is}</li>)}
      {changes.length > 4 && <li><details><summary>{t('history.more', { count: changes.length - 4 })}</summary><ul className="changes">{changes.slice(4).map(([name, was, is]) => <li key={name}><span className="quiet">{name}</span> {was !== null && <><s>{was}</s> → </>}{is}</li>)}</ul></details></li>}
    </ul>
  );
}
