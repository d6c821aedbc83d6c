import type { Api } from '../api-client/endpoints.ts';
import { ApiError } from '../api-client/problem.ts';
import type { Save, SendResult } from './save-queue.ts';

const tryAgain = new Set([0, 408, 425, 429]);

/** Sends one decision and says what came of it. */
export function createSaveSender(api: Pick<Api, 'annotate' | 'withdraw'>) {
  return async (save: Save): Promise<SendResult> => {
    try {
      if (save.type === 'annotate') {
        const { key, fence, kind, classId, leadTimeMs } = save;
        const { annotationId } = await api.annotate(save.project, save.itemId, { key, fence, kind, classId, leadTimeMs });
        return { outcome: 'done', annotationId };
      }
      // Its annotation was refused, so there is nothing left to take back.
      if (save.annotationId === undefined) return { outcome: 'done' };
      const { item } = await api.withdraw(save.project, save.annotationId, save.key);
      return { outcome: 'done', fence: item.fence };
    } catch (error) {
      if (!(error instanceof ApiError)) return { outcome: 'later' };
      if (error.status === 401) return { outcome: 'signed-out' };
      if (tryAgain.has(error.status) || error.status >= 500 || error.code === 'IDEMPOTENCY_IN_PROGRESS') return { outcome: 'later' };
      return { outcome: 'refused', code: error.code, message: error.message };
    }
  };
}
