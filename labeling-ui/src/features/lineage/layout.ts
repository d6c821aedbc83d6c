import type { Lineage } from '../../../../contracts/lineage.ts';

type Node = Lineage['nodes'][number];
export interface Placed { readonly node: Node; readonly x: number; readonly y: number }
export interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly Placed[];
  readonly edges: readonly { readonly from: Placed; readonly to: Placed; readonly because: string }[];
  /** Nodes of a kind that are not drawn because there are too many. */
  readonly left: ReadonlyMap<Node['kind'], number>;
}

/** From where an image comes to what it changed, left to right. */
const columns: readonly (readonly (Node['kind'] | 'answers')[])[] = [
  ['arrival'], ['image'], ['prediction'], ['flag', 'review_item'], ['annotation', 'person'], ['label'], ['dataset_version'], ['run'], ['model_version'], ['gate_report', 'promotion', 'answers'],
];
/** All that a version answered is one node, and comes after it. */
const placeOf = ({ kind, id }: Node): Node['kind'] | 'answers' => (id.endsWith('/answers') ? 'answers' : kind);
export const box = { width: 190, height: 66, between: 64, below: 14 };
const perKindMax = 6;

/** Columns by kind; within a column as they come, the subject first. What the subject is tied to is kept, the rest of a crowd is counted. */
export function layOut({ subject, nodes, edges }: Lineage): Drawn {
  const near = new Set(edges.flatMap(({ from, to }) => (from === subject.id ? [to] : to === subject.id ? [from] : [])));
  const rank = ({ id }: Node): number => (id === subject.id ? 0 : near.has(id) ? 1 : 2);
  const left = new Map<Node['kind'], number>();
  const placed: Placed[] = [];
  let column = 0;
  for (const kinds of columns) {
    const own = kinds.flatMap((kind) => {
      const all = nodes.filter((node) => placeOf(node) === kind).toSorted((a, b) => rank(a) - rank(b));
      if (all.length > perKindMax && kind !== 'answers') left.set(kind, all.length - perKindMax);
      return all.slice(0, perKindMax);
    });
    own.forEach((node, row) => { placed.push({ node, x: column * (box.width + box.between), y: row * (box.height + box.below) }); });
    if (own.length > 0) column += 1;
  }
  const byId = new Map(placed.map((each) => [each.node.id, each]));
  const tall = Math.max(0, ...placed.map(({ y }) => y + box.height));
  // Short columns stand in the middle of the tallest.
  const heights = Map.groupBy(placed, ({ x }) => x);
  const centred = new Map([...byId].map(([id, each]) => [id, { ...each, y: each.y + (tall - Math.max(...(heights.get(each.x) ?? []).map(({ y }) => y + box.height))) / 2 }]));
  return {
    width: Math.max(0, column * (box.width + box.between) - box.between), height: tall, nodes: [...centred.values()], left,
    edges: edges.flatMap(({ from, to, because }) => { const [one, other] = [centred.get(from), centred.get(to)]; return one === undefined || other === undefined ? [] : [{ from: one, to: other, because }]; }),
  };
}

/** A curve from one box to the other, whichever way round they stand. */
export function curve({ from, to }: Pick<Drawn['edges'][number], 'from' | 'to'>): string {
  const middle = ({ y }: Placed): number => y + box.height / 2;
  if (from.x === to.x) return `M${from.x + box.width},${middle(from)}C${from.x + box.width + 34},${middle(from)} ${to.x + box.width + 34},${middle(to)} ${to.x + box.width},${middle(to)}`;
  const forward = from.x < to.x;
  const [x1, x2] = forward ? [from.x + box.width, to.x] : [from.x, to.x + box.width];
  const bend = (x2 - x1) / 2;
  return `M${x1},${middle(from)}C${x1 + bend},${middle(from)} ${x2 - bend},${middle(to)} ${x2},${middle(to)}`;
}
