import { v7 as uuidv7 } from 'uuid';
import { type ClassChange, type DescribedClass, policyWithout } from '../../domain/class-changes.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { ClassChangeOutcome, ClassRecords } from '../../domain/ports-review.ts';
import { type Policy, policyFrom } from '../../domain/policy.ts';
import { askAgain, labelsOfClasses, moveLabels } from './class-labels.ts';
import type { Prisma } from './client/client.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import { holdLabels } from './label-records.ts';
import { onceForKey } from './review-answers.ts';
import { databaseNow, holdName, inTransaction } from './review-shared.ts';

type Act = { readonly projectId: string; readonly by: string; readonly key: string };
interface Standing { readonly version: number; readonly classes: readonly DescribedClass[]; readonly nextId: number }

/** Classes of a project: versions of the list, and recorded acts by which labels follow. Ids are never used again. */
export function createClassRepository(database: Database): ClassRecords {
  /** An act under the lock of the project's classes, once for its key. */
  const act = (request: Act, body: unknown, work: (transaction: DatabaseOrTransaction, standing: Standing) => Promise<Omit<ClassChangeOutcome, 'policyVersion'> & { gone?: readonly number[] }>): Promise<ClassChangeOutcome> =>
    inTransaction(database, async (transaction) => {
      await holdName(transaction, `classes/${request.projectId}`);
      return onceForKey(transaction, { client: `classes/${request.projectId}/${request.by}`, key: request.key, body: JSON.stringify(body) }, async () => {
        const { gone, ...outcome } = await work(transaction, await standingOf(transaction, request.projectId));
        return { ...outcome, policyVersion: await policyAfter(transaction, request, new Set(gone)) };
      }, ({ version, classIds, labelsMoved, itemsAsked, policyVersion }) => ({ version, classIds, labelsMoved, itemsAsked, policyVersion }));
    });
  return {
    addClass: (request) => act(request, ['add', request.name, request.description], async (transaction, { classes, version, nextId }) => {
      requireFree(classes, request.name);
      const made = { classId: nextId, name: request.name, ...(request.description !== null && { description: request.description }) };
      await writeSet(transaction, request, { kind: 'add', from: [], into: [nextId] }, version + 1, [...classes, made], classes);
      return { version: version + 1, classIds: [nextId], labelsMoved: 0, itemsAsked: 0 };
    }),
    editClass: (request) => act(request, ['edit', request.classId, request.name, request.description], async (transaction, { classes, version }) => {
      const own = requireKnown(classes, request.classId);
      if (request.name !== undefined && request.name !== own.name) requireFree(classes.filter((each) => each !== own), request.name);
      const { description: before, ...rest } = own;
      const description = request.description === undefined ? before : (request.description ?? undefined);
      const edited: DescribedClass = { ...rest, name: request.name ?? own.name, ...(description !== undefined && { description }) };
      await writeSet(transaction, request, { kind: 'rename', from: [own.classId], into: [own.classId] }, version + 1, classes.map((each) => (each === own ? edited : each)), classes);
      return { version: version + 1, classIds: [own.classId], labelsMoved: 0, itemsAsked: 0 };
    }),
    mergeClasses: (request) => act(request, ['merge', request.from, request.into], async (transaction, { classes, version }) => {
      for (const id of [...request.from, request.into]) requireKnown(classes, id);
      const { projectId, from, into, by } = request;
      await holdLabels(transaction, projectId);
      const labels = await labelsOfClasses(transaction, projectId, from);
      await writeSet(transaction, request, { kind: 'merge', from, into: [into] }, version + 1, classes.filter((each) => !from.includes(each.classId)), classes);
      await moveLabels(transaction, projectId, by, labels.map((label) => ({ label, classId: into })));
      await moveGold(transaction, request);
      return { version: version + 1, classIds: [into], labelsMoved: labels.length, itemsAsked: 0, gone: from };
    }),
    splitClass: (request) => act(request, ['split', request.classId, request.into], async (transaction, { classes, version, nextId }) => {
      const own = requireKnown(classes, request.classId);
      const { projectId, by } = request;
      const rest = classes.filter((each) => each !== own);
      const made = request.into.map(({ name, description }, at): DescribedClass => ({ classId: nextId + at, name, ...(description !== null && { description }) }));
      made.forEach(({ name }, at) => requireFree([...rest, ...made.slice(0, at)], name));
      await holdLabels(transaction, projectId);
      const labels = await labelsOfClasses(transaction, projectId, [own.classId]);
      const chosen = new Map(request.into.flatMap(({ imageIds }, at) => imageIds.map((imageId) => [imageId, nextId + at] as const)));
      await writeSet(transaction, request, { kind: 'split', from: [own.classId], into: made.map((each) => each.classId) }, version + 1, [...rest, ...made], classes);
      const moved = labels.filter((label) => chosen.has(label.imageId));
      await moveLabels(transaction, projectId, by, labels.map((label) => ({ label, classId: chosen.get(label.imageId) ?? null })));
      const itemsAsked = await askAgain(transaction, projectId, labels.filter((label) => !chosen.has(label.imageId)));
      await transaction.goldImage.updateMany({ where: { projectId, classId: own.classId, retiredAt: null }, data: { retiredAt: new Date(), retiredBy: by } });
      return { version: version + 1, classIds: made.map((each) => each.classId), labelsMoved: moved.length, itemsAsked, gone: [own.classId] };
    }),
    async classesNow(projectId) {
      const newest = await database.classSet.findFirst({ where: { projectId }, orderBy: { version: 'desc' }, select: { version: true, classes: true } });
      if (newest === null) throw new PerennialError('PROJECT_NOT_FOUND');
      return { version: newest.version, classes: newest.classes as unknown as DescribedClass[] };
    },
    classChanges: async (projectId) => (await database.classChange.findMany({ where: { projectId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] })).map(({ kind, from, into, createdAt }) => ({ kind: kind as ClassChange['kind'], from, into, at: createdAt })),
    async everyClassName(projectId) {
      const sets = await database.classSet.findMany({ where: { projectId }, orderBy: { version: 'asc' }, select: { classes: true } });
      return new Map(sets.flatMap((set) => (set.classes as unknown as DescribedClass[]).map(({ classId, name }) => [classId, name] as const)));
    },
    proposals: (projectId) => database.$queryRaw<Awaited<ReturnType<ClassRecords['proposals']>>[number][]>`
      SELECT min(a."proposedName") AS "name", count(*)::int AS "count", count(DISTINCT a."userId")::int AS "people", (array_agg(a."reviewItemId"::text ORDER BY a."createdAt" DESC))[1] AS "newestItem", max(a."createdAt") AS "newestAt",
             COALESCE((array_agg(a."comment" ORDER BY a."createdAt" DESC) FILTER (WHERE a."comment" IS NOT NULL))[1:5], ARRAY[]::text[]) AS "comments"
      FROM "Annotation" a WHERE a."projectId" = ${projectId}::uuid AND a."proposedName" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "Annotation" w WHERE w."withdraws" = a."id")
      GROUP BY lower(a."proposedName") ORDER BY count(*) DESC, max(a."createdAt") DESC LIMIT 200`,
  };
}

async function standingOf(transaction: DatabaseOrTransaction, projectId: string): Promise<Standing> {
  const sets = await transaction.classSet.findMany({ where: { projectId }, orderBy: { version: 'asc' }, select: { version: true, classes: true } });
  const newest = sets.at(-1);
  if (newest === undefined) throw new PerennialError('PROJECT_NOT_FOUND');
  const ids = sets.flatMap((set) => (set.classes as unknown as DescribedClass[]).map((each) => each.classId));
  return { version: newest.version, classes: newest.classes as unknown as DescribedClass[], nextId: Math.max(-1, ...ids) + 1 };
}

function requireKnown(classes: readonly DescribedClass[], classId: number): DescribedClass {
  const own = classes.find((each) => each.classId === classId);
  if (own === undefined) throw new PerennialError('CLASS_UNKNOWN', undefined, { classId });
  return own;
}

function requireFree(classes: readonly DescribedClass[], name: string): void {
  if (classes.some((each) => each.name.toLowerCase() === name.toLowerCase())) throw new PerennialError('CLASS_EXISTS', undefined, { name });
}

async function writeSet(transaction: DatabaseOrTransaction, { projectId, by }: Act, change: ClassChange, version: number, classes: readonly DescribedClass[], before: readonly DescribedClass[]): Promise<void> {
  if (classes.length < 2) throw new PerennialError('TRAINING_TOO_FEW_CLASSES', 'A project has two classes at least.');
  const classSetId = uuidv7();
  const json = (list: readonly DescribedClass[]) => list as unknown as Prisma.InputJsonArray;
  await transaction.classSet.create({ data: { id: classSetId, projectId, version, classes: json(classes), createdBy: by } });
  await transaction.classChange.create({ data: { id: uuidv7(), projectId, kind: change.kind, from: [...change.from], into: [...change.into], classSetId, createdBy: by } });
  await transaction.historyEvent.create({ data: { id: uuidv7(), projectId, actor: by, action: `classes.${change.kind}`, subject: projectId, before: json(before), after: json(classes) } });
}

/** Gold images of merged classes are retired, and gold again as what their class became. */
async function moveGold(transaction: DatabaseOrTransaction, { projectId, from, into, by }: { projectId: string; from: readonly number[]; into: number; by: string }): Promise<void> {
  const gold = await transaction.goldImage.findMany({ where: { projectId, classId: { in: [...from] }, retiredAt: null }, select: { imageId: true } });
  await transaction.$executeRaw`UPDATE "GoldImage" SET "retiredAt" = ${databaseNow}, "retiredBy" = ${by} WHERE "projectId" = ${projectId}::uuid AND "classId" = ANY(${[...from]}::int[]) AND "retiredAt" IS NULL`;
  await transaction.goldImage.createMany({ data: gold.map(({ imageId }) => ({ id: uuidv7(), projectId, imageId, classId: into, createdBy: by })) });
}

/** A new version of the policy where it named a class that went. @returns the version that holds */
async function policyAfter(transaction: DatabaseOrTransaction, { projectId, by }: Act, gone: ReadonlySet<number>): Promise<number> {
  const last = await transaction.policyVersion.findFirst({ where: { projectId }, orderBy: { version: 'desc' } });
  if (last === null) return 0;
  const stored = policyFrom(last.policy as unknown as Policy);
  const next = gone.size === 0 ? stored : policyWithout(stored, gone);
  if (next === stored) return last.version;
  await transaction.policyVersion.create({ data: { id: uuidv7(), projectId, version: last.version + 1, policy: next as unknown as Prisma.InputJsonObject, createdBy: by } });
  await transaction.historyEvent.create({ data: { id: uuidv7(), projectId, actor: by, action: 'policy.changed', subject: projectId, before: last.policy as Prisma.InputJsonObject, after: next as unknown as Prisma.InputJsonObject } });
  return last.version + 1;
}
