import { describe, expect, it } from 'vitest';
import { PerennialError } from '../../domain/errors.ts';
import type { ModelRecords, Promotion, PromotionRequest } from '../../domain/ports-models.ts';
import { rollBack } from './promote-version.ts';

/** Promotions in memory, newest first, as the repository keeps them. */
function createPromotions() {
  const made: (Promotion & { key: string })[] = [];
  const promote = async (request: PromotionRequest): Promise<Promotion> => {
    if ((made[0]?.toId ?? null) !== request.fromId) throw new PerennialError('PROMOTION_CONFLICT');
    const promotion = { id: request.key, sequence: made.length + 1, createdAt: new Date(0), ...request };
    made.unshift(promotion);
    return promotion;
  };
  const records = { promote, promotions: async () => made, promotionByKey: async (_project: string, key: string) => made.find((each) => each.key === key) ?? null, latestEventDay: async () => '2026-01-01' };
  return { made, promote, deps: { records: records as unknown as ModelRecords, clock: { now: () => new Date(0) }, servingFollows: async () => undefined } };
}

describe('a rollback whose answer was lost', () => {
  it('asked for again with its key is the same one, though there is nothing more to go back to', async () => {
    const { made, promote, deps } = createPromotions();
    const base = { projectId: 'p', gateReportId: null, onCannotTell: false, reason: 'test', decidedBy: 'gate', eventDay: '2026-01-01' };
    await promote({ ...base, kind: 'first', fromId: null, toId: 'one', key: 'first' });
    await promote({ ...base, kind: 'promotion', fromId: 'one', toId: 'two', key: 'second' });
    const request = { projectId: 'p', reason: 'it got worse', decidedBy: 'Ada', key: 'back' };
    const first = await rollBack(deps, request);
    expect(first.toId).toBe('one');
    expect(await rollBack(deps, request)).toEqual(first);
    expect(made).toHaveLength(3);
    await expect(rollBack(deps, { ...request, key: 'further back' })).rejects.toMatchObject({ code: 'PROMOTION_NOTHING_TO_ROLL_BACK' });
  });
});
