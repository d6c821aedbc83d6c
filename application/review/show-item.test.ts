import { expect, it } from 'vitest';
import { reviewItemSchema } from '../../contracts/reviews.ts';
import type { HeldItem } from '../../domain/ports-review.ts';
import { showItem } from './show-item.ts';

const id = '01990000-0000-7000-8000-000000000001';
const item: HeldItem = {
  id, roundId: id, imageId: id, fence: 3, leaseExpiresAt: new Date(0), blind: false, width: 4, height: 3, camera: 'north', capturedAt: null, burstSize: 2,
  prediction: { classes: [5, 4, 3, 2, 1, 0].map((classId) => ({ classId, probability: classId / 15 })), confidence: 0.4, flags: [{ reason: 'audit', value: null, threshold: 0.04 }], modelVersionNumber: 7 },
};
const project = { id, classes: [{ classId: 5, name: 'fox' }], sign: (_project: string, _image: string, kind: string) => `/view/${kind}` };

it('BLIND1 shows nothing of the model on a blind item, not even why it was flagged', () => {
  const shown = showItem({ ...item, blind: true }, project);
  expect(reviewItemSchema.parse(shown).prediction).toBeNull();
  expect(JSON.stringify(shown)).not.toMatch(/audit|0\.4|fox/);
});

it('shows the five best classes by name elsewhere', () => {
  const { prediction } = reviewItemSchema.parse(showItem(item, project));
  expect(prediction?.top.map((each) => each.name)).toEqual(['fox', '4', '3', '2', '1']);
});
