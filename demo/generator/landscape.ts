/** The fixed view of one camera as two SVG layers: everything behind the animals, and what may hide them. */
import { paletteOf, type Palette } from './palette.ts';
import { px, rockSvg, treeSvg, tuftSvg } from './plants.ts';
import { STAGES } from './scene.ts';
import type { Season } from './season.ts';
import { PICTURE, type Site, type Spot } from './site.ts';

const ridgeSvg = (heights: readonly number[], horizon: number, fill: string): string => {
  const step = PICTURE.width / (heights.length - 1);
  const start = `M0 ${px(horizon + 6)}V${px(horizon - (heights[0] ?? 0))}`;
  const curve = heights.slice(1).map((height, index) => {
    const before = horizon - (heights[index] ?? 0);
    const middle = step * (index + 0.5);
    return `C${px(middle)} ${px(before)} ${px(middle)} ${px(horizon - height)} ${px(step * (index + 1))} ${px(horizon - height)}`;
  }).join('');
  return `<path fill="${fill}" d="${start}${curve}V${px(horizon + 6)}z"/>`;
};

const groundSvg = (site: Site, palette: Palette): string => {
  const { horizon, path } = site;
  const end = PICTURE.height;
  const swell = (top: number, fill: string, bend: number): string =>
    `<path fill="${fill}" d="M0 ${px(top)}Q${PICTURE.width / 2} ${px(top + bend)} ${PICTURE.width} ${px(top)}V${end}H0z"/>`;
  const near = `C${px(path.from + path.bend)} ${px(horizon + 90)} ${px(path.to - path.bend)} ${px(horizon + 40)} ${px(path.to)} ${px(horizon + 3)}`;
  const back = `C${px(path.to - path.bend + path.width * 0.3)} ${px(horizon + 40)} ${px(path.from + path.bend + path.width)} ${px(horizon + 90)} ${px(path.from + path.width)} ${end}`;
  return `<rect y="${px(horizon - 1)}" width="${PICTURE.width}" height="${end}" fill="url(#ground)"/>${swell(horizon + 26, palette.ground[1], -14)}` +
    `<path fill="${palette.path}" opacity="0.9" d="M${px(path.from)} ${end}${near}h4${back}z"/>`;
};

const litterSvg = (spot: Spot, index: number, season: Season, palette: Palette, horizon: number): string => {
  const near = 0.35 + (0.65 * (spot.y - horizon)) / (PICTURE.height - horizon);
  const fill = palette.litter[index % 2 === 0 ? 0 : 1];
  if (season === 'fall') return `<ellipse cx="${px(spot.x)}" cy="${px(spot.y)}" rx="${px(spot.size * 3 * near)}" ry="${px(spot.size * 1.5 * near)}" transform="rotate(${px(spot.turn)} ${px(spot.x)} ${px(spot.y)})" fill="${fill}"/>`;
  if (season === 'leaf') return `<circle cx="${px(spot.x)}" cy="${px(spot.y)}" r="${px(spot.size * 1.3 * near)}" fill="${fill}"/>`;
  const wide = season === 'snow' ? 26 : 17;
  return `<ellipse cx="${px(spot.x)}" cy="${px(spot.y)}" rx="${px(spot.size * wide * near)}" ry="${px(spot.size * wide * 0.18 * near)}" fill="${fill}" opacity="${season === 'snow' ? 0.6 : 0.85}"/>`;
};

const wrap = (inner: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${PICTURE.width}" height="${PICTURE.height}">${inner}</svg>`;

const gradient = (id: string, from: string, to: string): string =>
  `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;

/** Everything behind the animals, opaque. */
export const backLayerSvg = (site: Site, season: Season, stage: number): string => {
  const palette = paletteOf(season, stage, STAGES);
  const litter = site.litter.slice(0, Math.round(site.litter.length * palette.litterShare));
  return wrap(
    `<defs>${gradient('sky', ...palette.sky)}${gradient('ground', ...palette.ground)}</defs>` +
    `<rect width="${PICTURE.width}" height="${px(site.horizon)}" fill="url(#sky)"/>` +
    ridgeSvg(site.ridges[0] ?? [], site.horizon, palette.ridge[0]) + ridgeSvg(site.ridges[1] ?? [], site.horizon, palette.ridge[1]) +
    groundSvg(site, palette) +
    site.backTrees.map((tree) => treeSvg(tree, palette)).join('') +
    litter.map((spot, index) => litterSvg(spot, index, season, palette, site.horizon)).join('') +
    site.rocks.map((rock) => rockSvg(rock, palette)).join('') +
    site.backTufts.map((tuft, index) => tuftSvg(tuft, palette.grass[index % 2 === 0 ? 0 : 1])).join(''),
  );
};

/** Near trunks and grass, transparent elsewhere. */
export const frontLayerSvg = (site: Site, season: Season, stage: number): string => {
  const palette = paletteOf(season, stage, STAGES);
  const trunks = site.trunks.map(({ x, width, lean }) => {
    const bark = [0.2, 0.45, 0.7].map((at) => `<path stroke="#000" opacity="0.14" stroke-width="1.5" d="M${px(x - width / 2 + width * at)} 0l${px(lean)} 240"/>`).join('');
    const snow = palette.snow > 0.5 ? `<path fill="#f2f5f7" d="M${px(x - width / 2)} 0h${px(width * 0.22)}l${px(lean)} 240h${px(-width * 0.22)}z"/>` : '';
    return `<path fill="${palette.trunk}" d="M${px(x - width / 2)} 0h${px(width)}l${px(lean + 4)} 240h${px(-width - 8)}z"/>${bark}${snow}`;
  }).join('');
  return wrap(trunks + site.frontTufts.map((tuft, index) => tuftSvg(tuft, palette.grass[index % 2 === 0 ? 1 : 0])).join(''));
};

/** One clump of grass in the season's colour, 40 × 40, feet at the bottom middle. */
export const screenTuftSvg = (season: Season, stage: number): string => {
  const palette = paletteOf(season, stage, STAGES);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">${tuftSvg({ x: 14, base: 40, height: 30, lean: -0.2 }, palette.grass[1])}${tuftSvg({ x: 24, base: 40, height: 38, lean: 0.2 }, palette.grass[0])}</svg>`;
};
