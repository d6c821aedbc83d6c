import { describe, expect, it } from 'vitest';
import { reliabilityBins } from '../../statistics/calibration-error.ts';
import { confusionMatrixSvg } from './confusion-matrix.ts';
import { linesSvg } from './lines.ts';
import { perClassRecallSvg } from './per-class-recall.ts';
import { reliabilityDiagramSvg } from './reliability-diagram.ts';

const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1] ?? '');
const numbersOf = (svg: string, tag: string, attribute: string): number[] =>
  [...svg.matchAll(new RegExp(`<${tag} [^>]*?\\b${attribute}="([^"]*)"`, 'g'))].map((match) => Number(match[1]));
const count = (svg: string, tag: string): number => svg.split(`<${tag} `).length - 1;

/** What opens is closed, in order, and no figure is missing. */
function expectWhole(svg: string): void {
  const open: string[] = [];
  for (const [, closing, name = '', self] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (closing) expect(open.pop()).toBe(name);
    else if (!self) open.push(name);
  }
  expect(open).toEqual([]);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
}

const three = [[8, 1, 0], [0, 5, 5], [0, 0, 0]];
const bins = reliabilityBins([0.55, 0.65, 0.95, 0.97], [0, 1, 1, 1], 10);
const lines = { title: 'Accuracy by period', periods: ['summer', 'autumn', 'winter'], lines: [{ name: 'static', values: [0.94, 0.8, 0.6] }, { name: 'loop', values: [0.94, null, 0.93] }] };
const all = {
  matrix: confusionMatrixSvg({ classNames: ['fox', 'deer', 'boar'], counts: three }),
  reliability: reliabilityDiagramSvg({ bins }),
  recall: perClassRecallSvg({ classes: [{ name: 'fox', images: 20, right: 15, championRight: 10 }, { name: 'deer', images: 0, right: 0 }] }),
  lines: linesSvg(lines),
  noBins: reliabilityDiagramSvg({ bins: [] }),
  noLines: linesSvg({ title: 'none', periods: [], lines: [] }),
  nothingMeasured: linesSvg({ title: 'none', periods: ['summer'], lines: [{ name: 'loop', values: [null] }] }),
};

describe('a plot', () => {
  it.each(Object.entries(all))('%s is a whole SVG of the same bytes each time', (_, svg) => expectWhole(svg));

  it('lets no name out of its text', () => {
    const svg = confusionMatrixSvg({ classNames: ['<script>"&\u0000'], counts: [[1]], title: '</title><script>' });
    expectWhole(svg);
    expect(svg).not.toContain('<script>');
    expect(texts(svg)).toContain('&lt;script&gt;&quot;&amp; ');
  });

  it('keeps every mark and the start of every text inside the picture', () => {
    for (const svg of Object.values(all)) {
      const [width = 0] = numbersOf(svg, 'svg', 'width');
      const [height = 0] = numbersOf(svg, 'svg', 'height');
      for (const x of [...numbersOf(svg, 'text', 'x'), ...numbersOf(svg, 'rect', 'x'), ...numbersOf(svg, 'circle', 'cx')]) expect(x >= 0 && x <= width).toBe(true);
      for (const y of [...numbersOf(svg, 'text', 'y'), ...numbersOf(svg, 'rect', 'y'), ...numbersOf(svg, 'circle', 'cy')]) expect(y >= 0 && y <= height).toBe(true);
    }
  });

  it('has a dark look', () => {
    expect(linesSvg(lines, { theme: 'dark' })).not.toBe(all.lines);
    expectWhole(linesSvg(lines, { theme: 'dark' }));
  });
});

describe('the confusion matrix', () => {
  it('writes each count that is not zero, and the images of each class', () => {
    expect(texts(all.matrix).filter((text) => /^\d+$/.test(text))).toEqual(['8', '1', '5', '5', '9', '10', '0']);
    expect(count(all.matrix, 'rect')).toBe(1 + 9);
  });
  it('refuses counts that are not square', () => {
    expect(() => confusionMatrixSvg({ classNames: ['fox'], counts: [[1, 2]] })).toThrow(RangeError);
  });
});

describe('the reliability diagram', () => {
  it('marks each bin that has predictions at its confidence and its share right', () => {
    const [cx, cy] = [numbersOf(all.reliability, 'circle', 'cx'), numbersOf(all.reliability, 'circle', 'cy')];
    expect(cx).toEqual([270, 306, 417.6]);
    expect(cy).toEqual([356, 56, 56]);
  });
  it('says the calibration error', () => {
    // a quarter each at 0.55 (all wrong) and 0.65 (all right), half at 0.96 (all right)
    expect(texts(all.reliability)).toContain('calibration error 24.5 %');
  });
});

describe('recall by class', () => {
  it('says the share and the images, and that a class has none', () => {
    expect(texts(all.recall)).toEqual(expect.arrayContaining(['75.0 % of 20', 'no images', 'champion']));
    expect(numbersOf(all.recall, 'rect', 'width')).toContain(225);
  });
});

describe('lines by period', () => {
  it('leaves a gap where nothing was measured', () => {
    const paths = [...all.lines.matchAll(/ d="([^"]*)"/g)].map((match) => match[1] ?? '');
    expect(paths.map((path) => path.replace(/[^ML]/g, ''))).toEqual(['MLL', 'MM']);
  });
  it('names each line at its end with its last value, apart from one another', () => {
    const close = linesSvg({ ...lines, lines: ['a', 'b', 'c'].map((name) => ({ name, values: [0.9, 0.9, 0.61] })) });
    const ends = [...close.matchAll(/y="([\d.]+)" fill="#\w+" font-weight="600"/g)].map((match) => Number(match[1])).toSorted((a, b) => a - b);
    expect(ends).toHaveLength(3);
    for (let i = 1; i < 3; i += 1) expect((ends[i] ?? 0) - (ends[i - 1] ?? 0)).toBeGreaterThanOrEqual(15.9);
    expect(texts(all.lines)).toEqual(expect.arrayContaining(['static 60.0 %', 'loop 93.0 %']));
  });
  it('writes where its scale starts, below the lowest value', () => {
    expect(texts(all.lines).filter((text) => text.endsWith('0 %') && !text.includes('.'))).toEqual(['100 %', '90 %', '80 %', '70 %', '60 %', '50 %']);
  });
  it('refuses a line that lacks a period', () => {
    expect(() => linesSvg({ ...lines, lines: [{ name: 'loop', values: [1] }] })).toThrow(RangeError);
  });
});
