import { useEffect, useState } from 'react';
import type { Verdict } from '../../actions/adjudicate-actions.ts';
import { api } from '../../services.ts';
import { type Decision, type ItemFacts, type Job, openSaveQueue, outcomeOf, type Refusal, type SaveQueue, type SendOutcome } from '../review/shared.ts';

/** Who shows the queue at the moment, and wants to hear what became of verdicts. */
export interface VerdictListener { takenBack(itemId: string): void; refused(refusal: Refusal): void }
export interface Verdicts { readonly queue: SaveQueue; listener: VerdictListener | null }

/** A verdict as the queue of answers keeps it. */
export const decisionOf = (verdict: Verdict, comment: string): Decision => ({
  ...(verdict.kind === 'class' ? { kind: 'class' as const, classId: verdict.classId } : { kind: 'bad_image' as const }), ...(comment.trim() !== '' && { comment: comment.trim() }),
});

function send(project: string, job: Job, facts: ItemFacts): Promise<SendOutcome> {
  return outcomeOf(async () => {
    if (job.kind === 'annotate') {
      const { decision: { classId, comment }, key, itemId } = job;
      const { adjudicationId } = await api.verdict(project, itemId, { key, ...(classId === undefined ? { kind: 'unusable' as const } : { kind: 'class' as const, classId }), ...(comment !== undefined && { comment }) });
      return { outcome: 'saved', annotationId: adjudicationId };
    }
    if (job.kind !== 'withdraw' || facts.annotationId === undefined) return { outcome: 'refused', code: 'ANNOTATION_NOT_FOUND', detail: '' };
    await api.withdrawVerdict(project, facts.annotationId, job.key);
    return { outcome: 'taken-back' };
  });
}

const opened = new Map<string, Promise<Verdicts>>();

/** Verdicts wait in the browser as answers do, in a queue of their own that lives as long as the tab. */
function verdictsOf(project: string, person: string): Promise<Verdicts> {
  const name = `${project}/${person}`;
  const known = opened.get(name);
  if (known !== undefined) return known;
  const made = (async (): Promise<Verdicts> => {
    const queue = await openSaveQueue(`${project}.verdicts`, person, {
      send: (job, facts) => send(project, job, facts), onTakenBack: (itemId) => verdicts.listener?.takenBack(itemId), onRefused: (refusal) => verdicts.listener?.refused(refusal),
    });
    const verdicts: Verdicts = { queue, listener: null };
    queue.start();
    return verdicts;
  })();
  opened.set(name, made);
  return made;
}

/** Null for the moment before it is there. */
export function useVerdicts(project: string, person: string): Verdicts | null {
  const [verdicts, setVerdicts] = useState<Verdicts | null>(null);
  useEffect(() => {
    let gone = false;
    void verdictsOf(project, person).then((found) => { if (!gone) setVerdicts(found); });
    return () => { gone = true; };
  }, [project, person]);
  return verdicts;
}
