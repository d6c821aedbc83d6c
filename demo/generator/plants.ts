/** SVG markup of trees, grass and what lies on the ground. Coordinates are picture pixels. */
import type { Palette } from './palette.ts';
import type { Spot, Tree, Tuft } from './site.ts';

/** Whole tenths keep the markup short and the same on every machine. */
export const px = (value: number): string => (Math.round(value * 10) / 10).toString();

const conifer = (tree: Tree, palette: Palette): string => {
  const fill = palette.conifer[tree.hue < 0.5 ? 0 : 1];
  const { x, base, height } = tree;
  const tiers = [0, 1, 2, 3].map((tier) => {
    const top = base - height * (1 - tier * 0.2);
    const bottom = base - height * (0.62 - tier * 0.17);
    const half = height * (0.1 + tier * 0.045);
    const cap = palette.snow > 0.05
      ? `<path fill="#f4f7f9" opacity="${px(palette.snow)}" d="M${px(x)} ${px(top)}l${px(half * 0.62)} ${px((bottom - top) * 0.62)}q${px(-half * 0.3)} ${px(-height * 0.04)} ${px(-half * 0.6)} 0q${px(-half * 0.3)} ${px(-height * 0.05)} ${px(-half * 0.64)} 0z"/>`
      : '';
    return `<path fill="${fill}" d="M${px(x)} ${px(top)}L${px(x + half)} ${px(bottom)}H${px(x - half)}z"/>${cap}`;
  }).reverse().join('');
  return `<rect x="${px(x - height * 0.02)}" y="${px(base - height * 0.14)}" width="${px(height * 0.04)}" height="${px(height * 0.14)}" fill="${palette.trunk}"/>${tiers}`;
};

const branches = (tree: Tree, colour: string): string => {
  const { x, base, height } = tree;
  const limb = (side: number, from: number, length: number): string =>
    `M${px(x)} ${px(base - height * from)}q${px(side * height * length * 0.5)} ${px(-height * 0.05)} ${px(side * height * length)} ${px(-height * length * 1.1)}`;
  const twigs = [limb(1, 0.4, 0.2), limb(-1, 0.5, 0.19), limb(1, 0.62, 0.13), limb(-1, 0.7, 0.12), limb(1, 0.8, 0.07)].join('');
  return `<path fill="none" stroke="${colour}" stroke-width="${px(height * 0.028)}" stroke-linecap="round" d="M${px(x)} ${px(base)}V${px(base - height * 0.95)}${twigs}"/>`;
};

const broadleaf = (tree: Tree, palette: Palette): string => {
  const { x, base, height } = tree;
  const trunk = tree.kind === 'birch' ? '#d9d5cb' : palette.trunk;
  const crown = palette.crowns[Math.floor(tree.hue * 3)] ?? palette.crowns[0];
  const shade = palette.crowns[(Math.floor(tree.hue * 3) + 2) % 3] ?? crown;
  const radius = height * 0.21 * Math.sqrt(palette.leaves);
  const ball = (dx: number, up: number, size: number, fill: string): string =>
    `<circle cx="${px(x + dx * height)}" cy="${px(base - up * height)}" r="${px(radius * size)}" fill="${fill}"/>`;
  const leaves = radius < 2 ? '' : ball(0.13, 0.56, 0.85, shade) + ball(-0.14, 0.58, 0.9, shade) + ball(0, 0.75, 1.1, crown) + ball(-0.08, 0.66, 0.7, crown);
  return branches(tree, trunk) + leaves;
};

/** A tree with its base on the ground. */
export const treeSvg = (tree: Tree, palette: Palette): string => (tree.kind === 'conifer' ? conifer(tree, palette) : broadleaf(tree, palette));

/** A tuft of five blades. */
export const tuftSvg = (tuft: Tuft, fill: string): string => {
  const blades = [-2, -1, 0, 1, 2].map((blade) => {
    const tipX = tuft.x + (blade * 0.32 + tuft.lean * 0.5) * tuft.height;
    const tipY = tuft.base - tuft.height * (1 - Math.abs(blade) * 0.17);
    const root = tuft.x + blade * tuft.height * 0.08;
    return `M${px(root - tuft.height * 0.06)} ${px(tuft.base)}Q${px(root)} ${px(tuft.base - tuft.height * 0.5)} ${px(tipX)} ${px(tipY)}Q${px(root + tuft.height * 0.1)} ${px(tuft.base - tuft.height * 0.4)} ${px(root + tuft.height * 0.07)} ${px(tuft.base)}z`;
  }).join('');
  return `<path fill="${fill}" d="${blades}"/>`;
};

/** A boulder, white on top under snow. */
export const rockSvg = (rock: Spot, palette: Palette): string => {
  const { x, y, size } = rock;
  const top = palette.snow > 0.5 ? '#f2f5f7' : '#a7a69b';
  return `<path fill="#7f8079" d="M${px(x - size)} ${px(y)}q${px(size * 0.2)} ${px(-size * 0.9)} ${px(size * 0.9)} ${px(-size * 0.95)}q${px(size)} 0 ${px(size * 1.1)} ${px(size * 0.95)}z"/>` +
    `<path fill="${top}" d="M${px(x - size * 0.7)} ${px(y - size * 0.5)}q${px(size * 0.25)} ${px(-size * 0.45)} ${px(size * 0.7)} ${px(-size * 0.45)}q${px(size * 0.6)} 0 ${px(size * 0.8)} ${px(size * 0.4)}q${px(-size * 0.8)} ${px(-size * 0.2)} ${px(-size * 1.5)} ${px(size * 0.05)}z"/>`;
};
