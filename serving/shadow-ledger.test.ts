import { describe, expect, it } from 'vitest';
import { PerennialError } from '../domain/errors.ts';
import type { ChallengeFault, ShadowAnswer, ShadowCount } from '../domain/ports-challenges.ts';
import type { Contest } from '../domain/ports-shadow.ts';
import { createShadowLedger } from './shadow-ledger.ts';

const contest = { projectId: 'p', route: { challengeId: 'c' }, other: { version: { id: 'new' } } } as Contest;
function world(random = () => 0.99) {
  const written = { answers: [] as ShadowAnswer[], counts: [] as ShadowCount[], faults: [] as ChallengeFault[] };
  const state = { away: false, now: new Date('2026-05-01T10:59:59Z') };
  const told: ChallengeFault[] = [];
  const unless = () => { if (state.away) throw new Error('away'); };
  const ledger = createShadowLedger({
    records: {
      keepAnswers: async (answers) => { unless(); written.answers.push(...answers); },
      count: async (counts) => { unless(); written.counts.push(...counts); },
      fault: async (fault) => { unless(); written.faults.push(fault); },
    },
    processId: 'process', now: () => state.now, random, onFault: (fault) => { told.push(fault); }, onError: () => undefined,
  });
  const compare = (given: number, unseen: number, probability = 0.9) => ledger.compared({
    contest, predictionId: `${given}${unseen}`, given: { modelVersionId: 'old', classId: given, probability }, unseen: { modelVersionId: 'new', classId: unseen, probability },
  });
  return { ledger, written, state, told, compare };
}

describe('what is kept of a comparison', () => {
  it('every disagreement, and of the agreements a drawn few with the chance they had', async () => {
    const kept = world(() => 0.02);
    kept.compare(1, 2);
    kept.compare(1, 1, 0.5);
    kept.compare(1, 1, 1);
    await kept.ledger.flush();
    expect(kept.written.answers).toEqual([
      expect.objectContaining({ predictionId: '12', classId: 2, modelVersionId: 'new', drawn: false, inclusion: 1 }), expect.objectContaining({ predictionId: '11', drawn: true, inclusion: 0.005 + 0.045 * 0.5 }),
    ]);
    expect(kept.written.counts).toEqual([{ projectId: 'p', challengeId: 'c', hour: new Date('2026-05-01T10:00:00Z'), processId: 'process', seen: 3, disagreed: 1, failed: 0 }]);
  });

  it('by the hour; what could not be written is written the next time, once', async () => {
    const { ledger, written, state, compare } = world();
    state.away = true;
    compare(1, 2);
    ledger.failed(contest, new PerennialError('MODEL_OUTPUT_NOT_FINITE'));
    await ledger.flush();
    compare(1, 2);
    state.now = new Date('2026-05-01T11:00:00Z');
    compare(3, 3);
    state.away = false;
    await ledger.flush();
    await ledger.flush();
    expect([written.answers.length, written.faults.length]).toEqual([2, 1]);
    expect(written.counts.map(({ hour, seen, disagreed, failed }) => [hour.getUTCHours(), seen, disagreed, failed])).toEqual([[10, 2, 2, 1], [11, 1, 0, 0]]);
  });
});

describe('ROUTE2 what a challenger does wrong', () => {
  it('is counted each time and told once; a full house is no failure', () => {
    const { ledger, told } = world();
    for (const code of ['MODEL_OUTPUT_NOT_FINITE', 'MODEL_OUTPUT_NOT_FINITE', 'SERVING_OVERLOADED', 'STORE_UNAVAILABLE'] as const) ledger.failed(contest, new PerennialError(code));
    expect(told).toEqual([expect.objectContaining({ challengeId: 'c', modelVersionId: 'new', code: 'MODEL_OUTPUT_NOT_FINITE' })]);
  });

  it('late answers are a fault when three come in a row', async () => {
    const { ledger, told, compare, written } = world();
    const late = () => ledger.failed(contest, new PerennialError('SERVING_DEADLINE_PASSED'));
    late(); late(); compare(1, 1); late(); late();
    expect(told).toEqual([]);
    late();
    expect(told).toEqual([expect.objectContaining({ code: 'SERVING_DEADLINE_PASSED' })]);
    await ledger.flush();
    expect(written.counts[0]).toMatchObject({ seen: 1, failed: 5 });
  });

  it('two at a time run unseen, however often their end is told', () => {
    const { ledger } = world();
    const [first, second] = [ledger.enter(), ledger.enter()];
    expect(ledger.enter()).toBeNull();
    first!();
    first!();
    expect([ledger.enter() === null, ledger.enter() === null]).toEqual([false, true]);
    second!();
  });
});
