import { expect, it } from 'vitest';
import type { Lineage } from '../../../../contracts/lineage.ts';
import { box, curve, layOut } from './layout.ts';

const node = (kind: Lineage['nodes'][number]['kind'], id: string) => ({ kind, id, title: id, at: null });

it('stands from left to right: where it came from, what it is, what it changed', () => {
  const subject = node('label', 'l');
  const drawn = layOut({ subject, nodes: [node('model_version', 'm'), subject, node('image', 'i')], edges: [{ from: 'i', to: 'l', because: 'became' }, { from: 'l', to: 'm', because: 'taught' }, { from: 'm', to: 'gone', because: 'x' }] });
  expect(drawn.nodes.map(({ node: { id } }) => id)).toEqual(['i', 'l', 'm']);
  expect(drawn.nodes.map(({ x }) => x)).toEqual([0, box.width + box.between, 2 * (box.width + box.between)]);
  expect(drawn.edges.map(({ from, to }) => [from.node.id, to.node.id])).toEqual([['i', 'l'], ['l', 'm']]);
  expect(drawn).toMatchObject({ width: 3 * box.width + 2 * box.between, height: box.height });
});

it('keeps the subject and its next of a crowd, and counts the rest', () => {
  const subject = node('image', 'i');
  const crowd = Array.from({ length: 20 }, (_, at) => node('prediction', `p${at}`));
  const { nodes, left } = layOut({ subject, nodes: [subject, ...crowd], edges: [{ from: 'i', to: 'p19', because: 'was predicted' }] });
  expect(nodes.map(({ node: { id } }) => id)).toContain('p19');
  expect(nodes).toHaveLength(7);
  expect(left).toEqual(new Map([['prediction', 14]]));
});

it('draws an edge from the side that faces the other', () => {
  const at = (x: number) => ({ node: node('image', 'i'), x, y: 0 });
  expect(curve({ from: at(0), to: at(300) })).toMatch(/^M190,33C/);
  expect(curve({ from: at(300), to: at(0) })).toMatch(/^M300,33C/);
});
