import { describe, expect, it } from 'vitest';
import { parseIndex } from './stream.ts';

describe('parseIndex', () => {
  it('reads the columns by name, whatever their order, and leaves others alone', () => {
    const [first, second] = parseIndex('path,label,period,camera,captured_at,width,burst\na/1.jpg,fox,leaf,north,2024-05-01T10:00:00,320,b7\n"b,2.jpg",hare,snow,,,1,\n');
    expect(first).toEqual({ path: 'a/1.jpg', label: 'fox', period: 'leaf', camera: 'north', capturedAt: '2024-05-01T10:00:00.000Z', group: 'leaf/b7', burst: 'b7' });
    expect(second).toEqual({ path: 'b,2.jpg', label: 'hare', period: 'snow', camera: null, capturedAt: null, group: 'b,2.jpg', burst: null });
  });
  it('keeps an offset that is given', () => {
    expect(parseIndex('path,label,period,captured_at\na,x,p,2024-05-01T10:00:00+02:00\n')[0]?.capturedAt).toBe('2024-05-01T08:00:00.000Z');
  });
  it.each([
    ['no rows', 'path,label,period\n', 'lists no image'],
    ['a missing column', 'path,label\na,b\n', 'no column period'],
    ['an empty label', 'path,label,period\na,,p\n', 'line 2'],
    ['a way out of the folder', 'path,label,period\nok,x,p\n../../secret.jpg,x,p\n', 'line 3: ../../secret.jpg leads out'],
    ['an absolute path', 'path,label,period\n/etc/passwd,x,p\n', 'leads out'],
    ['a path twice', 'path,label,period\na,x,p\na,y,p\n', 'listed twice'],
    ['a time that is none', 'path,label,period,captured_at\na,x,p,yesterday\n', '"yesterday" is not a time'],
  ])('refuses %s', (_, text, sentence) => {
    expect(() => parseIndex(text)).toThrow(sentence);
  });
});
