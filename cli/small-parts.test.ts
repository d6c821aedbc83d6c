import { describe, expect, it } from 'vitest';
import { readyParts, nodeVersion } from './commands/doctor.ts';
import { summarise } from './commands/import.ts';
import { lineageWords } from './commands/lineage.ts';
import { describeFailure, Refusal, Unreachable, UsageError } from './failures.ts';
import { contentTypeOf, importKey } from './image-files.ts';
import { inFlight } from './in-flight.ts';
import { createProgress } from './progress.ts';
import { retryWaitMs } from './retry-wait.ts';
import { slugOf } from './slug.ts';
import { renderTable } from './table.ts';

describe('retryWaitMs', () => {
  it('does as the server says, in seconds or by a date, up to a minute', () => {
    const now = Date.UTC(2026, 0, 1);
    expect(retryWaitMs('3', 0, now)).toBe(3000);
    expect(retryWaitMs(new Date(now + 5000).toUTCString(), 0, now)).toBe(5000);
    expect(retryWaitMs('3600', 0, now)).toBe(60_000);
    expect(retryWaitMs(new Date(now - 5000).toUTCString(), 0, now)).toBe(0);
  });
  it('waits longer each time where nothing is said', () => {
    expect([0, 1, 2, 20].map((attempt) => retryWaitMs(null, attempt, 0))).toEqual([250, 500, 1000, 60_000]);
    expect(retryWaitMs('soon', 1, 0)).toBe(500);
  });
});

describe('describeFailure', () => {
  it.each([
    [new Refusal('PROJECT_EXISTS', 409, 'There is one.'), { sentence: 'There is one.', code: 'PROJECT_EXISTS', exitCode: 1 }],
    [new UsageError('Which project?'), { sentence: 'Which project?', code: null, exitCode: 2 }],
    [new Unreachable('Nobody answers.'), { sentence: 'Nobody answers.', code: null, exitCode: 3 }],
    ['odd', { sentence: 'odd', code: null, exitCode: 1 }],
  ])('%s', (error, expected) => {
    expect(describeFailure(error)).toEqual(expected);
  });
});

describe('renderTable', () => {
  it('aligns numbers at the right and says none for no rows', () => {
    expect(renderTable(['a', 'count'], [['fox', 7], ['hare', 12]])).toBe('a     count\n────  ─────\nfox       7\nhare     12');
    expect(renderTable(['a'], [])).toBe('none');
  });
  it('lets no control character through', () => {
    expect(renderTable(['a'], [['\u001b[31mred\n']])).toContain(' [31mred');
    expect(renderTable(['a'], [['\u001b[31mred']])).not.toContain('\u001b');
  });
});

describe('createProgress', () => {
  it('draws on a terminal and is silent elsewhere', () => {
    const written: string[] = [];
    const bar = createProgress({ isTTY: true, write: (text) => written.push(text) }, 'Sending', 2);
    bar.step();
    bar.step();
    expect(written.at(-1)).toContain('2/2');
    const silent: string[] = [];
    createProgress({ isTTY: false, write: (text) => silent.push(text) }, 'Sending', 2).step();
    expect(silent).toEqual([]);
  });
});

describe('inFlight', () => {
  it('keeps to its width and does everything', async () => {
    let now = 0;
    let most = 0;
    const done: number[] = [];
    await inFlight([1, 2, 3, 4, 5], 2, async (item) => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      now -= 1;
      done.push(item);
    });
    expect([most, done.length]).toEqual([2, 5]);
  });
  it('starts nothing more after a failure', async () => {
    const begun: number[] = [];
    await expect(inFlight([1, 2, 3, 4, 5, 6], 2, async (item) => {
      begun.push(item);
      await Promise.resolve();
      if (item === 1) throw new Error('one');
    })).rejects.toThrow('one');
    expect(begun.length).toBeLessThan(6);
  });
});

describe('small words', () => {
  it('slugs and keys', () => {
    expect(slugOf('Fox Cameras, Süd!')).toBe('fox-cameras-su-d');
    expect(() => slugOf('…')).toThrow(UsageError);
    expect(importKey('import', 'a', 'ff')).toMatch(/^import-[0-9a-f]{64}$/);
    expect(importKey('import', 'a', 'ff')).not.toBe(importKey('import', 'b', 'ff'));
  });
  it('types by the first bytes', () => {
    expect(contentTypeOf(Uint8Array.of(0xff, 0xd8))).toBe('image/jpeg');
    expect(contentTypeOf(Uint8Array.of(0x89, 0x50))).toBe('image/png');
    expect(contentTypeOf(new TextEncoder().encode('RIFF1234WEBP'))).toBe('image/webp');
    expect(contentTypeOf(new Uint8Array())).toBe('application/octet-stream');
  });
  it('an import’s refusals are counted by code', () => {
    expect(summarise([{ file: 'a', code: 'IMAGE_CORRUPT', detail: '' }, { file: 'b', code: 'IMAGE_EMPTY', detail: '' }, { file: 'c', code: 'IMAGE_CORRUPT', detail: '' }])).toEqual({ images: 0, flagged: 0, classes: {}, refused: { IMAGE_CORRUPT: ['a', 'c'], IMAGE_EMPTY: ['b'] } });
  });
  it('reads readiness in whatever form it comes', () => {
    expect(readyParts({ status: 'ready', parts: { postgres: 'ready', store: { ok: false, why: 'no answer' } } })).toEqual([{ check: 'postgres', ok: true, found: 'ready' }, { check: 'store', ok: false, found: 'no answer' }]);
    expect(readyParts('ok')).toEqual([]);
    expect([nodeVersion('24.1.0').ok, nodeVersion('20.9.0').ok]).toEqual([true, false]);
  });
  it('a lineage with a circle still ends', () => {
    const node = (id: string) => ({ kind: 'label' as const, id, title: id, at: null });
    const words = lineageWords({ subject: node('b'), nodes: ['a', 'b', 'c'].map(node), edges: [{ from: 'a', to: 'b', because: 'taught' }, { from: 'b', to: 'c', because: 'gave' }, { from: 'c', to: 'a', because: 'round' }] });
    expect(words).toContain('came from\n  ← taught: label: a');
    expect(words).toContain('led to\n  → gave: label: c');
  });
});
