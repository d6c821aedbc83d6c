import { type ApiClient, isApiError } from '../../api-client/index.ts';
import type { ItemFacts, Job, SendOutcome } from './save-queue.ts';

/** Sends one write of the queue and says what came of it. */
export async function sendJob(api: Pick<ApiClient, 'annotate' | 'withdraw'>, project: string, job: Job, facts: ItemFacts): Promise<SendOutcome> {
  try {
    if (job.kind === 'annotate') {
      const { annotationId } = await api.annotate(project, job.itemId, { key: job.key, fence: Math.max(job.fence, facts.fence ?? 0), leadTimeMs: job.leadTimeMs, ...job.decision });
      return { outcome: 'saved', annotationId };
    }
    if (facts.annotationId === undefined) return { outcome: 'refused', code: 'ANNOTATION_NOT_FOUND', detail: '' };
    return { outcome: 'withdrawn', item: (await api.withdraw(project, facts.annotationId, job.key)).item };
  } catch (error) {
    if (!isApiError(error)) return { outcome: 'refused', code: 'INTERNAL', detail: String(error) };
    if (error.kind === 'network') return { outcome: 'later', why: 'offline' };
    if (error.status === 401) return { outcome: 'later', why: 'signed-out' };
    if (error.passing) return { outcome: 'later', why: 'busy' };
    return { outcome: 'refused', code: error.code, detail: error.message };
  }
}
