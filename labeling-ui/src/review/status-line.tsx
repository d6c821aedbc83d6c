import { Badge, Progress, Text } from '@mantine/core';
import { messages } from '../messages/en.ts';
import type { SaveView } from '../saves/save-queue.ts';
import type { SessionView } from './review-session.ts';

const words = messages.review;

/** How far the round is, how fast it goes, and whether all is saved. */
export function StatusLine({ view, save }: { view: SessionView; save: SaveView }) {
  const round = view.progress?.round ?? null;
  const settled = view.progress?.settled ?? 0;
  const all = round?.itemCount ?? settled + (view.progress?.open ?? 0) + (view.progress?.waiting ?? 0);
  return (
    <div className="status">
      <Text component="span" fw={650} size="sm">{round === null ? words.noRound : words.round(round.number)}</Text>
      <div className="grow"><Progress value={all === 0 ? 0 : (settled / all) * 100} aria-label={words.progress(settled, all)} /></div>
      <span data-testid="progress">{words.progress(settled, all)} · {words.left(Math.max(0, all - settled))}</span>
      {view.imagesPerHour !== null && <span>{words.rate(view.imagesPerHour)}</span>}
      {view.decided > 0 && <span>{words.mine(view.decided)}</span>}
      <Badge data-testid="save-state" data-state={save.state} variant="light" color={save.state === 'saved' ? 'leaf' : save.state === 'saving' ? 'gray' : 'orange'} tt="none" role="status">{saySave(save)}</Badge>
    </div>
  );
}

function saySave({ state, pending }: SaveView): string {
  if (state === 'saved') return words.saved;
  if (state === 'saving') return words.saving(pending);
  return state === 'offline' ? words.offline(pending) : words.signedOut;
}
