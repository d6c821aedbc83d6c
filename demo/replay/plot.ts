import type { PeriodFigures } from './accounting.ts';

const WIDTH = 720;
const HEIGHT = 400;
const EDGE = { left: 56, right: 150, top: 48, bottom: 56 };
/** Told apart by shape as well as colour; the colours are Okabe and Ito's, safe for colour-blind readers. */
const LINES = [
  { key: 'everything', title: 'label everything', colour: '#009e73', dash: '6 4' },
  { key: 'loop', title: 'the loop', colour: '#0072b2', dash: 'none' },
  { key: 'static', title: 'static first model', colour: '#d55e00', dash: '2 3' },
] as const;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/**
 * Exam accuracy by period as a self-contained SVG: three lines with whiskers of their 95 % intervals, and the share reviewed.
 * @param title shown above the plot
 */
export function plotSvg(title: string, figures: readonly PeriodFigures[]): string {
  const lowest = Math.max(0, Math.floor(Math.min(...figures.flatMap((each) => LINES.map(({ key }) => each.intervals[key].lower))) * 10) / 10);
  const x = (at: number): number => EDGE.left + ((WIDTH - EDGE.left - EDGE.right) * (at + 0.5)) / figures.length;
  const y = (share: number): number => EDGE.top + ((HEIGHT - EDGE.top - EDGE.bottom) * (1 - share)) / (1 - lowest || 1);
  const ticks = Array.from({ length: Math.round((1 - lowest) * 10) + 1 }, (_, i) => lowest + i / 10);
  const grid = ticks.map((tick) => `<line x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${fixed(y(tick))}" y2="${fixed(y(tick))}" stroke="#ddd"/><text x="${EDGE.left - 8}" y="${fixed(y(tick) + 4)}" text-anchor="end">${Math.round(tick * 100)} %</text>`);
  const names = figures.map((each, at) => `<text x="${fixed(x(at))}" y="${HEIGHT - EDGE.bottom + 20}" text-anchor="middle">${escaped(each.period)}</text>${each.reviewedShare === null ? '' : `<text x="${fixed(x(at))}" y="${HEIGHT - EDGE.bottom + 38}" text-anchor="middle" fill="#666">${(each.reviewedShare * 100).toFixed(0)} % reviewed</text>`}`);
  const lines = LINES.map((line, order) => {
    // A few pixels apart, so that whiskers of equal figures do not hide one another.
    const at = (position: number): number => x(position) + (order - 1) * 5;
    const path = figures.map((each, i) => `${i === 0 ? 'M' : 'L'}${fixed(at(i))} ${fixed(y(each.accuracy[line.key]))}`).join(' ');
    const marks = figures.map((each, i) => `<line x1="${fixed(at(i))}" x2="${fixed(at(i))}" y1="${fixed(y(each.intervals[line.key].lower))}" y2="${fixed(y(each.intervals[line.key].upper))}" stroke="${line.colour}" opacity="0.5"/><circle cx="${fixed(at(i))}" cy="${fixed(y(each.accuracy[line.key]))}" r="3.5" fill="${line.colour}"><title>${escaped(each.period)}, ${line.title}: ${(each.accuracy[line.key] * 100).toFixed(1)} %</title></circle>`).join('');
    const legendY = EDGE.top + 20 + order * 22;
    const legend = `<line x1="${WIDTH - EDGE.right + 12}" x2="${WIDTH - EDGE.right + 36}" y1="${legendY}" y2="${legendY}" stroke="${line.colour}" stroke-width="2" stroke-dasharray="${line.dash}"/><text x="${WIDTH - EDGE.right + 42}" y="${legendY + 4}">${line.title}</text>`;
    return `<path d="${path}" fill="none" stroke="${line.colour}" stroke-width="2" stroke-dasharray="${line.dash}"/>${marks}${legend}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${escaped(title)}"><rect width="100%" height="100%" fill="#fff"/><text x="${EDGE.left}" y="26" font-size="15" font-weight="600">${escaped(title)}</text>${grid.join('')}${names.join('')}${lines.join('')}</svg>\n`;
}

const fixed = (value: number): string => value.toFixed(1);
