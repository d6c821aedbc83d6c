import { type ApiClient, isApiError } from '../../api-client/index.ts';
import type { ItemFacts, Job, SendOutcome } from './save-queue.ts';

type Writes = Pick<ApiClient, 'annotate' | 'annotateBurst' | 'decideGrid' | 'withdraw'>;

/** Sends one write of the queue and says what came of it. */
export const sendJob = (api: Writes, project: string, job: Job, facts: ItemFacts): Promise<SendOutcome> => outcomeOf(() => sent(api, project, job, facts));

/** What a write came to: done, to be tried again, or refused. */
export async function outcomeOf(write: () => Promise<SendOutcome>): Promise<SendOutcome> {
  try {
    return await write();
  } catch (error) {
    if (!isApiError(error)) return { outcome: 'refused', code: 'INTERNAL', detail: String(error) };
    if (error.kind === 'network') return { outcome: 'later', why: 'offline' };
    if (error.status === 401) return { outcome: 'later', why: 'signed-out' };
    if (error.passing) return { outcome: 'later', why: 'busy' };
    return { outcome: 'refused', code: error.code, detail: error.message };
  }
}

async function sent(api: Writes, project: string, job: Job, facts: ItemFacts): Promise<SendOutcome> {
  switch (job.kind) {
    case 'annotate': {
      const { annotationId } = await api.annotate(project, job.itemId, { key: job.key, fence: Math.max(job.fence, facts.fence ?? 0), leadTimeMs: job.leadTimeMs, ...job.decision });
      return { outcome: 'saved', annotationId };
    }
    case 'burst': {
      const { annotationId } = await api.annotateBurst(project, job.itemId, { key: job.key, fence: Math.max(job.fence, facts.fence ?? 0), leadTimeMs: job.leadTimeMs, ...job.decision, seen: [...job.seen], exceptions: [...job.exceptions] });
      return { outcome: 'saved', annotationId };
    }
    case 'grid': {
      const { key, classId, leadTimeMs, seen, accept, exceptions } = job;
      const { results } = await api.decideGrid(project, { key, classId, leadTimeMs, seen: [...seen], accept: [...accept], exceptions: [...exceptions] });
      return {
        outcome: 'saved-many',
        saved: results.flatMap((each) => (each.outcome === 'done' ? [{ itemId: each.item, annotationId: each.annotationId }] : [])),
        refused: results.flatMap((each) => (each.outcome === 'refused' ? [{ itemId: each.item, code: each.code }] : [])),
      };
    }
    case 'withdraw':
      if (facts.annotationId === undefined) return { outcome: 'refused', code: 'ANNOTATION_NOT_FOUND', detail: '' };
      return { outcome: 'withdrawn', item: (await api.withdraw(project, facts.annotationId, job.key)).item };
  }
}
