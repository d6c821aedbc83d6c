import { v7 as uuidv7 } from 'uuid';
import { groupsToRetire, type HoldoutImage } from '../../domain/holdouts.ts';
import type { HoldoutStanding } from '../../domain/ports-datasets.ts';
import { splitFor } from '../../domain/splits.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import { holdLabels } from './label-records.ts';
import { databaseNow, holdName, inTransaction } from './review-shared.ts';

type Member = HoldoutImage & { readonly holdout: string };

/** Groups that may retire: all their held-out images are of the audit holdout and older than what has taken its place. */
async function retirable(database: DatabaseOrTransaction, projectId: string): Promise<{ members: Member[]; groups: string[] }> {
  const rows = await database.holdoutMember.findMany({ where: { projectId, retiredAt: null }, select: { holdout: true, imageId: true, groupKey: true, eventAt: true } });
  const members = rows.map(({ groupKey, ...row }) => ({ ...row, group: groupKey }));
  const newest = await database.prediction.findFirst({ where: { projectId }, orderBy: { eventAt: 'desc' }, select: { eventAt: true } });
  const audit = members.filter((member) => member.holdout === 'audit');
  const reference = new Set(members.filter((member) => member.holdout === 'reference').map((member) => member.group));
  const last = newest?.eventAt ?? new Date(Math.max(0, ...audit.map((member) => member.eventAt.getTime())));
  return { members, groups: groupsToRetire(audit, last).filter((group) => !reference.has(group)) };
}

/** How both holdouts stand. */
export async function holdoutStanding(database: Database, projectId: string): Promise<HoldoutStanding> {
  const { members, groups } = await retirable(database, projectId);
  const going = new Set(groups);
  const audit = members.filter((member) => member.holdout === 'audit');
  const times = audit.map((member) => member.eventAt.getTime());
  return {
    audit: { images: audit.length, oldest: times.length === 0 ? null : new Date(Math.min(...times)), newest: times.length === 0 ? null : new Date(Math.max(...times)), retirable: audit.filter((member) => going.has(member.group)).length },
    reference: { images: members.length - audit.length, looks: await database.gateReport.count({ where: { projectId } }) },
  };
}

/**
 * Retires what a newer audit holdout has taken the place of: it no longer judges, and trains from the next dataset version on.
 * One transaction, told to the history; under the locks of labels and freezes, so a version sees all of it or nothing.
 */
export async function retireAuditHoldout(database: Database, projectId: string, by: string): Promise<{ images: number; groups: number }> {
  return inTransaction(database, async (transaction) => {
    await holdName(transaction, `freeze/${projectId}`);
    await holdLabels(transaction, projectId);
    const { groups } = await retirable(transaction, projectId);
    if (groups.length === 0) return { images: 0, groups: 0 };
    const images = await transaction.$executeRaw`
      UPDATE "HoldoutMember" SET "retiredAt" = ${databaseNow}, "retiredBecause" = 'a newer audit holdout has taken its place'
      WHERE "projectId" = ${projectId}::uuid AND "holdout" = 'audit' AND "retiredAt" IS NULL AND "groupKey" = ANY(${groups})`;
    await transaction.$executeRaw`
      UPDATE "SplitAssignment" s SET "split" = t.split, "movedAt" = ${databaseNow}
      FROM unnest(${groups}::text[], ${groups.map((groupKey) => splitFor({ groupKey, origin: 'flagged' }))}::text[]) AS t(key, split) WHERE s."projectId" = ${projectId}::uuid AND s."groupKey" = t.key`;
    await transaction.historyEvent.create({ data: { id: uuidv7(), projectId, actor: by, action: 'holdout.retired', subject: projectId, before: { split: 'test' }, after: { images, groups } } });
    return { images, groups: groups.length };
  });
}
