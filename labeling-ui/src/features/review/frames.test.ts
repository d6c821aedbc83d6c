import { expect, it } from 'vitest';
import { burstParts, createFrameTable, type Frame, saysEmpty } from './frames.ts';

const frame = (imageId: string, answerable = true): Frame => ({ imageId, images: { thumbnail: '', fitted: '' }, width: 1, height: 1, capturedAt: null, leads: imageId === 'a', answerable, top: null });
const item = { id: 'item', imageId: 'a' };

it('a decision goes to frames that were seen and may be answered, and always to the image itself', () => {
  const table = createFrameTable();
  table.put('item', [frame('a'), frame('b'), frame('c'), frame('shown', false)]);
  table.see('item', 'b');
  table.see('item', 'shown');
  expect(burstParts(table, item)).toEqual({ seen: ['a', 'b'], exceptions: [] });
});
it('an exception is sent for a frame that was seen, never for the image itself, and may be taken back', () => {
  const table = createFrameTable();
  table.put('item', [frame('a'), frame('b'), frame('c')]);
  table.see('item', 'b');
  for (const imageId of ['a', 'b', 'c']) table.except('item', imageId, { kind: 'class', classId: 2 });
  expect(burstParts(table, item).exceptions).toEqual([{ imageId: 'b', kind: 'class', classId: 2 }]);
  table.except('item', 'b', null);
  expect(burstParts(table, item).exceptions).toEqual([]);
});
it('knows the class that says nothing is there in some languages', () => {
  expect(['Empty', 'vacío', ' blank '].map(saysEmpty)).toEqual([true, true, true]);
  expect(saysEmpty('empress')).toBe(false);
});
