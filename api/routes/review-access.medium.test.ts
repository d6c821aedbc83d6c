import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyRoles } from '../../domain/roles.ts';
import { createReviewApiWorld, type ReviewApiWorld } from '../../testing/review-api-world.ts';

let w: ReviewApiWorld;
beforeAll(async () => { w = await createReviewApiWorld(); });
afterAll(() => w.close());

/** The written table: the least role of each route of review. A route without a row fails. */
const least: Record<string, string> = {
  'post review/claims': 'annotator', 'post review/items/{item}/annotations': 'annotator', 'post review/annotations/{annotation}/withdrawal': 'annotator', 'post review/leases/renewals': 'annotator', 'post review/leases/release': 'annotator',
  'post review/bursts/claims': 'annotator', 'get review/items/{item}/frames': 'annotator', 'post review/items/{item}/burst-annotations': 'annotator',
  'get review/grid/classes': 'annotator', 'post review/grid/claims': 'annotator', 'post review/grid/decisions': 'annotator',
  'get review/items/{item}/evidence': 'annotator', 'get review/items/{item}/activation': 'annotator', 'get review/statistics': 'annotator', 'get review/agreement': 'adjudicator',
  'get rounds': 'annotator', 'post rounds': 'engineer', 'get rounds/{round}': 'annotator', 'get rounds/{round}/progress': 'annotator', 'get rounds/{round}/items': 'adjudicator', 'post rounds/{round}/close': 'engineer', 'post rounds/{round}/deadline': 'engineer',
  'get adjudication/items': 'adjudicator', 'get adjudication/items/{item}': 'adjudicator', 'post adjudication/items/{item}/verdict': 'adjudicator', 'post adjudication/verdicts/{adjudication}/withdrawal': 'adjudicator', 'post label-hunts': 'engineer',
  'get gold-images': 'engineer', 'post gold-images': 'engineer', 'delete gold-images/{image}': 'engineer', 'get people/statistics': 'engineer',
  'get classes': 'annotator', 'post classes': 'engineer', 'patch classes/{classId}': 'engineer', 'post classes/merges': 'engineer', 'post classes/{classId}/split': 'engineer', 'get classes/{classId}/card': 'annotator',
  'get images/{image}/visibility': 'admin', 'put images/{image}/visibility': 'admin', 'get hidden-images': 'admin', 'get images/{image}/original': 'engineer',
  'post labels/import': 'engineer', 'get labels': 'annotator',
};
const prefix = '/v1/projects/{project}/';

it('F40 every route of review has a row, and every row a route', () => {
  // Routes of projects and people have a table of their own, in api/server.medium.test.ts.
  const elsewhere = /^(people(\/\{person\})?|policy|invitations|api-keys(\/\{key\})?)$/;
  const own = w.routes.filter((each) => each.path.startsWith(prefix) && !elsewhere.test(each.path.slice(prefix.length)));
  expect(Object.fromEntries(own.map(({ method, path, access }) => [`${method} ${path.slice(prefix.length)}`, access]))).toEqual(least);
});

it('F40 each cell of route × role × (own, another’s, none) is as written', async () => {
  const other = await w.world.project('elsewhere');
  const callers: { role: string; own: boolean; key?: string }[] = [{ role: 'nobody', own: false }];
  for (const role of keyRoles) callers.push({ role, own: true, key: (await w.world.key(role, w.at.projectId)).secret }, { role, own: false, key: (await w.world.key(role, other)).secret });
  const order: readonly string[] = keyRoles;
  const differ: string[] = [];
  for (const [name, access] of Object.entries(least)) {
    const [method = '', template = ''] = name.split(' ');
    const path = `/v1/projects/${w.at.slug}/${template.replace('{classId}', '0').replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-000000000000')}`;
    for (const { role, own, key } of callers) {
      const sent = w.world.call(method as 'get', path);
      if (key !== undefined) void sent.set('x-api-key', key);
      const answer = method === 'get' || method === 'delete' ? await sent : await sent.send({});
      const got = answer.status === 401 ? 'sign in' : answer.body.code === 'PROJECT_NOT_FOUND' ? 'not there' : answer.body.code === 'AUTH_FORBIDDEN' ? 'forbidden' : 'let in';
      const want = key === undefined ? 'sign in' : !own ? 'not there' : order.indexOf(role) >= order.indexOf(access) ? 'let in' : 'forbidden';
      if (got !== want) differ.push(`${name} as ${role}${own ? '' : ' of another project'}: ${got}, not ${want}`);
      if (answer.status >= 500) differ.push(`${name} as ${role}: ${answer.status}`);
    }
  }
  expect(differ).toEqual([]);
}, 240_000);

it('what belongs to one project is not there for another’s admin', async () => {
  const [made] = await w.at.flagged(1);
  await w.at.collect('isolation');
  const ann = await w.as('ann-http');
  const item = (await ann.post('/review/claims', { count: 1 })).body.items[0] as { id: string; fence: number };
  const other = await w.world.project('next-door');
  const key = (await w.world.key('admin', other)).secret;
  const ask = (method: 'get' | 'post' | 'put' | 'delete', path: string, body?: object) => {
    const sent = w.world.call(method, `/v1/projects/next-door${path}`).set('x-api-key', key);
    return body === undefined ? sent : sent.send(body);
  };
  const roundId = (await w.world.database.reviewItem.findUniqueOrThrow({ where: { id: item.id } })).roundId;
  const answers = await Promise.all([
    ask('get', `/review/items/${item.id}/frames`), ask('get', `/review/items/${item.id}/evidence`), ask('get', `/adjudication/items/${item.id}`), ask('get', `/rounds/${roundId}`), ask('get', `/rounds/${roundId}/progress`), ask('get', `/rounds/${roundId}/items`),
    ask('post', `/rounds/${roundId}/deadline`, { deadlineAt: '2031-01-01T00:00:00Z' }), ask('post', `/rounds/${roundId}/close`, {}), ask('get', `/images/${made?.imageId}/visibility`), ask('put', `/images/${made?.imageId}/visibility`, { hidden: true, reason: 'x' }),
    ask('post', `/adjudication/items/${item.id}/verdict`, { key: uuidv7(), kind: 'unusable' }), ask('post', '/review/grid/decisions', { key: uuidv7(), classId: 0, seen: [made?.imageId], accept: [{ item: item.id, fence: item.fence }] }),
    ask('post', `/review/items/${item.id}/burst-annotations`, { key: uuidv7(), fence: item.fence, kind: 'class', classId: 0, seen: [made?.imageId] }), ask('delete', `/gold-images/${made?.imageId}`), ask('get', `/images/${made?.imageId}/original`),
  ]);
  expect(answers.map((each) => each.status)).toEqual(answers.map(() => 404));
  expect((await ask('post', '/gold-images', { imageIds: [made?.imageId] })).body).toMatchObject({ added: 0, skipped: [{ why: 'unknown' }] });
  expect((await ask('post', '/review/leases/release', { items: [{ id: item.id, fence: item.fence }] })).body).toEqual({ released: [], lost: [item.id] });
});

it('F32 odd values in every field are refused by code, and none is our fault', async () => {
  const [made] = await w.at.flagged(1);
  await w.at.collect('hostile');
  const [ann, eve, carl, ada] = [await w.as('ann-http'), await w.as('eve', 'engineer'), await w.as('carl', 'adjudicator'), await w.as('ada', 'admin')];
  const items = (await ann.post('/review/claims', { count: 50 })).body.items as { id: string; imageId: string; fence: number }[];
  const item = items.find((each) => each.imageId === made?.imageId);
  const odd: unknown[] = ['\u0000', 'a\u0000b', '\ud800', { $gt: '' }, [], 1e308, -1, 2 ** 31, 9007199254740991, null, true, 'x'.repeat(100_000), '__proto__', "'; DROP TABLE"];
  const bodies: [typeof ann, string, Record<string, unknown>][] = [
    [ann, `/review/items/${item?.id}/annotations`, { key: 'k', fence: item?.fence, kind: 'not_in_list', proposedName: 'n', comment: 'c', leadTimeMs: 1 }],
    [ann, `/review/items/${item?.id}/burst-annotations`, { key: 'k', fence: item?.fence, kind: 'class', classId: 0, comment: 'c', seen: [item?.imageId], exceptions: [] }],
    [ann, '/review/grid/decisions', { key: 'k', classId: 0, seen: [], accept: [], exceptions: [] }], [ann, '/review/grid/claims', { classId: 0, count: 1, holding: [] }],
    [ann, '/review/leases/release', { items: [] }], [carl, `/adjudication/items/${item?.id}/verdict`, { key: 'k', kind: 'class', classId: 0, comment: 'c' }],
    [eve, '/classes', { key: 'k', name: 'n', description: 'd' }], [eve, '/classes/merges', { key: 'k', from: [0], into: 1 }], [eve, '/classes/0/split', { key: 'k', into: [] }], [eve, '/gold-images', { imageIds: [] }], [eve, '/label-hunts', { key: 'k', itemsMax: 5 }],
  ];
  const faults: string[] = [];
  for (const [who, path, body] of bodies) {
    for (const field of Object.keys(body)) for (const value of odd) {
      const { status } = await who.post(path, { ...body, key: uuidv7(), [field]: value });
      if (status >= 500) faults.push(`${path} ${field} = ${JSON.stringify(value).slice(0, 30)}: ${status}`);
    }
  }
  for (const value of odd) { const { status } = await ada.put(`/images/${made?.imageId}/visibility`, { hidden: false, reason: value }); if (status >= 500) faults.push(`visibility ${JSON.stringify(value).slice(0, 30)}: ${status}`); }
  for (const path of ['/adjudication/items?after=1_x', '/classes/%00/card', '/rounds?after=%00', '/rounds?after=99999999999999999999', '/rounds?limit=1e9', '/review/statistics?days=1e9', '/classes/99999999999/card', '/classes/1e3/card', `/review/items/${item?.id}/evidence?neighbours=-1`]) {
    const { status } = await carl.get(path);
    if (status >= 500) faults.push(`${path}: ${status}`);
  }
  expect(faults).toEqual([]);
}, 240_000);
