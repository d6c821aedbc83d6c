import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { es } from './es.ts';
import { isMessageKey, languageOf, type MessageKey, speak, t } from './index.ts';

const keys = Object.keys(en) as MessageKey[];
const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([each]) => each).toSorted();
const wordsOf = (text: string): string => text.replaceAll(/\{\w+\}/g, '').replaceAll(/[^\p{L}]/gu, '');

/** Texts that are rightly the same in both languages. */
const same: readonly MessageKey[] = ['app.name', 'action.macros', 'group.macro', 'macros.title', 'datasets.format.coco', 'datasets.format.parquet', 'models.run.artifact', 'cameras.metres', 'road.drill.seconds'];

describe('catalogue', () => {
  it('says nothing in English to a Spanish reader, but for what is on the list', () => {
    expect(keys.filter((key) => wordsOf(en[key]) !== '' && en[key] === es[key] && !same.includes(key))).toEqual([]);
    expect(same.filter((key) => en[key] !== es[key])).toEqual([]);
  });
  it('has the same things to fill in in both languages, and no empty text', () => {
    for (const key of keys) {
      if (key.endsWith('.one')) continue;
      expect([key, placeholders(es[key])]).toEqual([key, placeholders(en[key])]);
      expect(es[key].trim()).not.toBe('');
    }
  });
  it('has the text for many beside each text for one', () => {
    for (const key of keys.filter((each) => each.endsWith('.one'))) expect(isMessageKey(key.slice(0, -4))).toBe(true);
  });
  it('counts and writes numbers as the language does', async () => {
    await speak('en');
    expect(t('home.waiting', { count: 1 })).toBe('One image waits for a person');
    expect(t('home.waiting', { count: 12_345 })).toBe('12,345 images wait for a person');
    await speak('es');
    expect(t('home.waiting', { count: 1 })).toBe('Una imagen espera a una persona');
    expect(t('home.waiting', { count: 12_345 })).toBe('12.345 imágenes esperan a una persona');
    await speak('en');
  });
  it('takes the chosen language, else the first that the browser asks for, else English', () => {
    expect(languageOf('es', ['en'])).toBe('es');
    expect(languageOf(null, ['fr-CA', 'es-MX', 'en'])).toBe('es');
    expect(languageOf('xx', ['zh'])).toBe('en');
  });
});

/** Attributes that a person reads or hears. */
const read = new Set(['aria-label', 'aria-description', 'title', 'alt', 'placeholder', 'label', 'description', 'lead', 'caption', 'empty', 'confirm', 'head']);
interface Node { readonly type: string; readonly [name: string]: unknown }

/** Texts of a file's JSX that come from nowhere but the file; what stands in <code> is typed, not read. */
export function rawTexts(source: string, file = 'file.tsx'): string[] {
  const found: string[] = [];
  const keep = (text: unknown): void => { if (typeof text === 'string' && /\p{L}/u.test(text)) found.push(text.trim()); };
  const nameOf = (node: unknown): unknown => (node as { name?: unknown } | undefined)?.name;
  const texts = (node: unknown): void => {
    const each = node as Node | null;
    if (each?.type === 'Literal') keep(each['value']);
    if (each?.type === 'TemplateLiteral') for (const part of each['quasis'] as { value: { cooked: string } }[]) keep(part.value.cooked);
    if (each?.type === 'ConditionalExpression') { texts(each['consequent']); texts(each['alternate']); }
    if (each?.type === 'LogicalExpression') texts(each['right']);
    if (each?.type === 'JSXExpressionContainer') texts(each['expression']);
  };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (typeof value !== 'object' || value === null) return;
    const node = value as Node;
    if (node.type === 'JSXElement' && nameOf((node['openingElement'] as Node)['name']) === 'code') return;
    if (node.type === 'JSXText') keep(node['value']);
    if (node.type === 'JSXElement' || node.type === 'JSXFragment') for (const child of node['children'] as unknown[]) texts(child);
    if (node.type === 'JSXAttribute' && read.has(String(nameOf(node['name'])))) texts(node['value']);
    Object.values(node).forEach(walk);
  };
  walk(parseSync(file, source).program);
  return found;
}

describe('raw text', () => {
  it('is in no JSX of the pages', () => {
    const folder = join(import.meta.dirname, '..');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tsx'));
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap((file) => rawTexts(readFileSync(join(folder, file), 'utf8'), file).map((text) => `${file}: ${text}`))).toEqual([]);
  });
  it('would be found', () => {
    expect(rawTexts('const a = <p title="Hello">{b && "raw"}{c ? `x ${d} words` : t("k")} plain <code>npm start</code></p>;').toSorted()).toEqual(['Hello', 'plain', 'raw', 'words', 'x']);
    expect(rawTexts('const a = <p className="big" title={t("k")}>{t("k")} · {n} / 5</p>;')).toEqual([]);
  });
});
