/** How a plot looks; a light panel reads on any page, a dark one suits a dark screen. */
export interface PlotLook {
  readonly theme?: 'light' | 'dark';
}

export interface Palette {
  readonly panel: string;
  readonly ink: string;
  readonly quiet: string;
  readonly rule: string;
  /** What is measured, and what it is measured against. */
  readonly strong: string;
  readonly weak: string;
  /** From nothing to everything, as red, green and blue. */
  readonly ramp: readonly [readonly number[], readonly number[]];
  /** Told apart by people who do not see red and green apart (Okabe and Ito 2008). */
  readonly series: readonly string[];
}

const palettes: Record<'light' | 'dark', Palette> = {
  light: {
    panel: '#fbfbf9', ink: '#24292e', quiet: '#5d6670', rule: '#d9dcdf', strong: '#0a6a9e', weak: '#a9b4be',
    ramp: [[251, 251, 249], [10, 83, 128]], series: ['#0072b2', '#c05300', '#00795b', '#a2497c', '#6b6b00', '#444b52'],
  },
  dark: {
    panel: '#1d2125', ink: '#e6e8ea', quiet: '#a4adb6', rule: '#3b4248', strong: '#5cb3e0', weak: '#66717b',
    ramp: [[29, 33, 37], [105, 190, 235]], series: ['#5cb3e0', '#f0984a', '#3cc49a', '#e08dbb', '#d8ce5a', '#c3cad1'],
  },
};

export const paletteOf = ({ theme = 'light' }: PlotLook = {}): Palette => palettes[theme];

/** Text made safe for an SVG; control characters, which XML does not know, become spaces. */
export function escapeText(text: string): string {
  return text.replace(/\p{Cc}|[\ufffe\uffff]/gu, ' ').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

type Attributes = Readonly<Record<string, string | number>>;

/** One element; numbers are written with two decimals at most, so that the same figures give the same bytes everywhere. */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeText(value)}"`);
  return children.length === 0 ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${children.join('')}</${name}>`;
}

export function label(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, [escapeText(text)]);
}

/** A whole picture: its panel, its title (which is also what a screen reader says), its parts. */
export function picture(size: { width: number; height: number }, title: string, palette: Palette, parts: readonly string[]): string {
  const { width, height } = size;
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${round(width)} ${round(height)}`, role: 'img',
    'font-family': 'Inter, \'DejaVu Sans\', \'Liberation Sans\', Arial, sans-serif', 'font-size': 12, fill: palette.ink,
  };
  const panel = element('rect', { width, height, rx: 6, fill: palette.panel });
  return `${element('svg', attributes, [`<title>${escapeText(title)}</title>`, panel, label(16, 26, title, { 'font-size': 15, 'font-weight': 600 }), ...parts])}\n`;
}

/** Room that a text of 12 px takes, in pixels: an upper estimate, for there is no font to ask here. */
export const textWidth = (text: string): number => 7.2 * [...text].length;

export function shorten(text: string, longest: number): string {
  const letters = [...text];
  return letters.length <= longest ? text : `${letters.slice(0, longest - 1).join('')}…`;
}

/** 0.943 is "94.3 %". */
export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

const round = (value: number): string => String(Number(value.toFixed(2)));
