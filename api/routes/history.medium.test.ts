import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCameraReader } from '../../adapters/postgres/camera-reader.ts';
import { createHistoryReader } from '../../adapters/postgres/history-reader.ts';
import type { CameraReply } from '../../contracts/cameras.ts';
import type { HistoryEventReply } from '../../contracts/history.ts';
import { defaultPolicy } from '../../domain/policy.ts';
import { createApiWorld } from '../../testing/api-world.ts';
import { later } from '../../testing/later.ts';
import { createReviewProject, type ReviewProject } from '../../testing/review-world.ts';
import { createCameraRoutes } from './cameras.ts';
import { createHistoryRoutes } from './history.ts';

const place: { world?: Awaited<ReturnType<typeof createApiWorld>> } = {};
const database = () => place.world!.database;
let at: ReviewProject;
const cookies: Record<string, string> = {};
const get = async (who: string, path: string): Promise<{ status: number; body: unknown }> => place.world!.call('get', `/v1/projects/${at.slug}${path}`).set('Cookie', cookies[who] ?? '');

beforeAll(async () => {
  place.world = await createApiWorld([...createHistoryRoutes({ history: later(() => createHistoryReader(database())) }), ...createCameraRoutes({ cameras: later(() => createCameraReader(database())) })]);
  at = await createReviewProject(database(), defaultPolicy);
  for (const [name, role] of [['eve', 'engineer'], ['ann', 'annotator']] as const) cookies[name] = (await place.world.person(`${name}-history`, at.projectId, role)).cookie;
});
afterAll(() => place.world?.close());

describe('history', () => {
  const read = async (query: string): Promise<{ items: HistoryEventReply[]; next: string | null }> => (await get('eve', `/history?${query}`)).body as { items: HistoryEventReply[]; next: string | null };
  beforeAll(async () => {
    const other = await place.world!.project('elsewhere');
    const rows = [
      { actor: at.person('ann'), action: 'label.changed', subject: 'image-1' }, { actor: 'gate', action: 'model.promotion', subject: 'v2' }, { actor: 'gate', action: 'model.rollback', subject: 'v1' },
      { actor: at.person('bob'), action: 'policy.changed', subject: at.projectId }, { actor: 'x', action: 'modelXfoo', subject: 'v1' },
    ];
    await database().historyEvent.createMany({ data: rows.map((row, index) => ({ id: uuidv7(), projectId: at.projectId, at: new Date(1_000_000 + index), after: { index }, ...row })) });
    await database().historyEvent.create({ data: { id: uuidv7(), projectId: other, actor: 'gate', action: 'model.promotion', subject: 'v2' } });
  });
  const actions = ({ items }: { items: HistoryEventReply[] }): string[] => items.map(({ action }) => action);
  it('is told newest first, in pages, and of one project', async () => {
    const first = await read('except=member.*&limit=2&action=*');
    const all = await read('limit=200');
    const old = all.items.filter(({ at: when }) => when.startsWith('1970'));
    expect(old.map(({ action }) => action)).toEqual(['modelXfoo', 'policy.changed', 'model.rollback', 'model.promotion', 'label.changed']);
    expect(first.items).toHaveLength(2);
    const next = await read(`limit=2&action=*&except=member.*&after=${first.next}`);
    expect(next.items.some(({ id }) => first.items.some((each) => each.id === id))).toBe(false);
  });
  it('is looked through by action, actor’s name and subject', async () => {
    expect(actions(await read('action=model.*'))).toEqual(['model.rollback', 'model.promotion']);
    expect(actions(await read('action=model.*&subject=v1'))).toEqual(['model.rollback']);
    expect(actions(await read('actor=bob'))).toEqual(['policy.changed']);
    expect((await read('actor=bob')).items[0]).toMatchObject({ actorName: 'bob', after: { index: 3 } });
    expect(actions(await read('actor=%25'))).toEqual([]);
    expect(actions(await read('except=model.*'))).not.toContain('model.promotion');
  });
  it('is for engineers, and asks for sense', async () => {
    expect((await get('ann', '/history')).status).toBe(403);
    expect((await get('ann', '/cameras')).status).toBe(403);
    for (const query of ['limit=0', 'limit=1000', 'after=1', 'unknown=1', `actor=${'x'.repeat(300)}`]) expect([query, (await get('eve', `/history?${query}`)).status]).toEqual([query, 400]);
  });
});

it('cameras tell images, flags, accuracy on the audit sample, and their weeks', async () => {
  const { projectId } = at;
  const camera = uuidv7();
  await database().camera.createMany({ data: [{ id: camera, projectId, name: 'North ridge', latitude: 43.1, longitude: -4.2 }, { id: uuidv7(), projectId, name: 'Silent' }] });
  const [flagged, audited] = [await at.flagged(6), await at.flagged(4, { purpose: 'audit' })];
  await place.world!.fresh.asOwner(`UPDATE "Arrival" SET "cameraId" = '${camera}' WHERE "imageId" IN (${[...flagged.slice(0, 5), ...audited].map(({ imageId }) => `'${imageId}'`).join(',')})`);
  // One answer in four is wrong; an image that is not of the sample says nothing of accuracy.
  await database().label.createMany({ data: [...audited, ...flagged.slice(0, 1)].map(({ imageId }, index) => ({ id: uuidv7(), projectId, imageId, kind: 'class', classId: index === 0 || index === 4 ? 2 : 1, source: 'review', createdBy: 'ann' })) });
  const { items } = (await get('eve', '/cameras')).body as { items: CameraReply[] };
  expect(items.map(({ name }) => name)).toEqual(['North ridge', null, 'Silent']);
  expect(items[0]).toMatchObject({ images: 9, flagged: 5, audited: { right: 3, of: 4 }, latitude: 43.1, weeks: [{ images: 9, flagged: 5, sharpness: 12, novelty: null }] });
  expect(items[1]).toMatchObject({ id: null, images: 1, audited: null });
  expect(items[2]).toMatchObject({ images: 0, lastAt: null, weeks: [] });
});
