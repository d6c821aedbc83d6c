import { afterAll, describe, expect, it } from 'vitest';
import { speak } from '../../messages/index.ts';
import { checkName, checkSentence, verdictSentence } from './gate-words.ts';

const check = { name: 'class fox', answer: 'cannot_tell' as const, sentence: 'Of the images of fox, 12: …', images: 12, difference: -0.083, lower: -0.31, upper: 0.09, margin: 0.05, moreLabels: 240 };
afterAll(() => speak('en'));

describe('what the gate said', () => {
  it('is the gate’s own sentence in English', async () => {
    await speak('en');
    expect(checkSentence(check)).toBe(check.sentence);
    expect(checkName({ name: 'overall' })).toBe('Overall, audit holdout');
  });
  it('is made of the same figures in Spanish', async () => {
    await speak('es');
    expect(checkSentence(check)).toBe('De las imágenes de fox, 12 imágenes, el aspirante difiere en −8,3 puntos, entre −31 y +9. No se puede saber si es peor en más de 5 puntos; lo dirían unas 240 etiquetas más.');
    expect(checkSentence({ ...check, difference: null, lower: null, upper: null, moreLabels: null })).toContain('no hay todavía nada que comparar');
    expect(checkName({ name: 'calibration' })).toBe('Calibración');
    expect(checkSentence({ ...check, name: 'latency', answer: 'hold', difference: 2.1, lower: null, upper: null, margin: 0.1 })).toBe('En tiempo el aspirante necesita 3,1 × lo del campeón: más de los 1,1 × admitidos.');
    expect(verdictSentence({ verdict: 'cannot_tell', sentence: 'x', checks: [check] })).toBe('1 de 1 comprobaciones no lo pueden decir (Exhaustividad de fox) y ninguna falla.');
    expect(verdictSentence({ verdict: 'pass', sentence: 'x', checks: [{ ...check, answer: 'pass' }] })).toBe('Las 1 comprobaciones pasan.');
  });
});
