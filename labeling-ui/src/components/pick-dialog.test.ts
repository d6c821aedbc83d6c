import { expect, it } from 'vitest';
import { find } from './pick-dialog.tsx';

const names = (text: string): string[] => find(['Grey fox', 'Fox squirrel', 'Zorro de páramo', 'Red fox', 'Outfoxed'].map((name) => ({ name })), text).map((each) => each.name);

it('finds by any word, those that begin with the text first', () => {
  expect(names('fox')).toEqual(['Fox squirrel', 'Grey fox', 'Red fox', 'Outfoxed']);
  expect(names('fox red')).toEqual(['Red fox']);
});
it('does not mind accents and capitals', () => {
  expect(names('PARAMO')).toEqual(['Zorro de páramo']);
  expect(names('')).toHaveLength(5);
});
