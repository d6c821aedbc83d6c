import fc from 'fast-check';
import { expect, it } from 'vitest';
import { servedClassOf } from '../../domain/served-answer.ts';
import { figuresOf } from './figures.ts';

it('GATE21 judges by the class that serving answers, whatever the head, the image and the costs', () => {
  const number = fc.double({ min: -3, max: 3, noNaN: true });
  const costs = fc.dictionary(fc.constantFrom('4', '7', '9'), fc.dictionary(fc.constantFrom('4', '7', '9'), fc.double({ min: 0, max: 20, noNaN: true })));
  fc.assert(fc.property(fc.array(number, { minLength: 6, maxLength: 6 }), fc.array(number, { minLength: 3, maxLength: 3 }), fc.tuple(number, number), costs, (weights, bias, embedding, matrix) => {
    const head = { classIds: [9, 4, 7], dimensions: 2, weights: Float32Array.from(weights), bias: Float32Array.from(bias), temperature: 1.3, normalise: 'l2' as const, centroids: null };
    expect(servedClassOf(head, Float32Array.from(embedding), matrix)).toBe(figuresOf({ head }, Float32Array.from(embedding), matrix).topClassId);
  }));
});
