import { v7 as uuidv7 } from 'uuid';
import { costOfDisagreement } from '../../domain/adjudication.ts';
import { chooseItems, itemsInHours, roundBudget, type WaitingItem } from '../../domain/collecting.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { ReviewRecords, RoundRecord } from '../../domain/ports-review.ts';
import type { Answer } from '../../domain/review.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import { tellRound } from './outbox-repository.ts';
import { makeGoldItems } from './review-gold-items.ts';
import { databaseNow, holdName, inTransaction } from './review-shared.ts';
import { reviewPolicy } from './review-unresolved.ts';

/** Candidates looked at for each item that may be asked, so that bursts and classes can take turns. */
const candidatesPerItem = 4;

type Rounds = Pick<ReviewRecords, 'collectRound' | 'roundState' | 'closeRound' | 'round' | 'rounds'>;
type RoundRow = Omit<RoundRecord, 'state'> & { state: string };

/** Rounds: opened under a budget, looked at, closed. */
export function createReviewRounds(database: Database): Rounds {
  const read = async (projectId: string, roundId: string | null, limit: number, before: number | null = null): Promise<RoundRecord[]> => {
    const rows = await database.$queryRaw<RoundRow[]>`
      SELECT r."id"::text, r."number", r."state", r."reason", r."itemCount", r."openedAt", r."deadlineAt", r."closedAt", r."closedBecause",
             (SELECT count(*)::int FROM "ReviewItem" i WHERE i."roundId" = r."id" AND i."state" = 'settled') AS "settled"
      FROM "ReviewRound" r WHERE r."projectId" = ${projectId}::uuid AND (${roundId}::uuid IS NULL OR r."id" = ${roundId}::uuid) AND (${before}::int IS NULL OR r."number" < ${before}::int) ORDER BY r."number" DESC LIMIT ${limit}`;
    return rows.map((row) => ({ ...row, state: row.state === 'open' ? 'open' as const : 'closed' as const }));
  };
  return {
    collectRound: (request) => inTransaction(database, (transaction) => collect(transaction, request)),
    async roundState({ projectId, roundId }) {
      const [row] = await database.$queryRaw<{ state: string; deadlineInMs: number; left: number; settled: number }[]>`
        SELECT r."state", (extract(epoch FROM r."deadlineAt" - ${databaseNow}) * 1000)::float8 AS "deadlineInMs",
               (SELECT count(*)::int FROM "ReviewItem" i WHERE i."roundId" = r."id" AND i."state" = 'open') AS "left",
               (SELECT count(*)::int FROM "ReviewItem" i WHERE i."roundId" = r."id" AND i."state" = 'settled') AS "settled"
        FROM "ReviewRound" r WHERE r."id" = ${roundId}::uuid AND r."projectId" = ${projectId}::uuid`;
      if (row === undefined) throw new PerennialError('REVIEW_ROUND_NOT_FOUND');
      return { state: row.state === 'open' ? 'open' : 'closed', left: row.left, settled: row.settled, deadlineInMs: Math.round(row.deadlineInMs) };
    },
    closeRound: (request) => inTransaction(database, (transaction) => close(transaction, request)),
    round: async (projectId, roundId) => (await read(projectId, roundId, 1))[0] ?? null,
    rounds: (projectId, limit, before = null) => read(projectId, null, limit, before),
  };
}

async function collect(transaction: DatabaseOrTransaction, request: Parameters<Rounds['collectRound']>[0]): ReturnType<Rounds['collectRound']> {
  const { projectId, key, policy } = request;
  // Two collections at once would each spend the whole budget.
  await holdName(transaction, `rounds/${projectId}`);
  const done = await transaction.reviewRound.findUnique({ where: { projectId_key: { projectId, key } }, select: { id: true, number: true, itemCount: true } });
  if (done !== null) return { outcome: 'done', why: `round ${done.number} with ${done.itemCount} items was opened by an earlier try`, roundId: done.id };
  await askOrphans(transaction, projectId);
  const last = await transaction.reviewRound.findFirst({ where: { projectId }, orderBy: { number: 'desc' }, select: { id: true, number: true } });
  const arrived = await arrivedSince(transaction, projectId, last?.id ?? null);
  const { audit, flagged: flaggedCount } = await countWaiting(transaction, projectId);
  const { easyShare } = policy.review;
  const byHours = itemsInHours(policy.review.hoursMax, policy.review.hoursMax === null ? null : await answerTime(transaction, projectId), policy.review);
  const budget = roundBudget({ ...policy.review, itemsMax: Math.min(policy.review.itemsMax, byHours ?? Infinity) }, arrived, audit, request.itemsMax ?? null);
  const ordinary = chooseItems(await candidates(transaction, projectId, budget, easyShare), budget, easyShare);
  if (ordinary.length === 0) {
    return { outcome: 'skipped', why: flaggedCount === 0 ? 'nothing waits for review' : `the budget is used up: ${arrived} images arrived since the last round, ${flaggedCount} flagged ones wait`, roundId: null };
  }
  const gold = await makeGoldItems(transaction, projectId, { key, share: policy.review.goldShare, ordinary });
  const roundId = await open(transaction, request, (last?.number ?? 0) + 1, gold.length === 0 ? ordinary : chooseItems([...ordinary, ...gold], ordinary.length, easyShare));
  await passOver(transaction, projectId);
  return { outcome: 'done', why: `round ${(last?.number ?? 0) + 1} asks about ${ordinary.length} items: ${audit} of the audit sample, ${ordinary.length - audit} of ${flaggedCount} flagged`, roundId };
}

/** Frames whose leader was decided before they came in are asked about themselves. */
async function askOrphans(transaction: DatabaseOrTransaction, projectId: string): Promise<void> {
  await transaction.$executeRaw`
    UPDATE "ReviewItem" f SET "standsFor" = NULL FROM "ReviewItem" l
    WHERE f."projectId" = ${projectId}::uuid AND f."state" = 'waiting' AND f."standsFor" = l."id" AND l."state" NOT IN ('waiting', 'open', 'unresolved')`;
}

async function arrivedSince(transaction: DatabaseOrTransaction, projectId: string, roundId: string | null): Promise<number> {
  const [row] = await transaction.$queryRaw<{ arrived: number }[]>`
    SELECT count(DISTINCT p."imageId")::int AS arrived FROM "Prediction" p
    WHERE p."projectId" = ${projectId}::uuid AND p."purpose" <> 'shadow'
      AND p."createdAt" > COALESCE((SELECT r."openedAt" FROM "ReviewRound" r WHERE r."id" = ${roundId}::uuid), '-infinity'::timestamp)`;
  return row?.arrived ?? 0;
}

async function countWaiting(transaction: DatabaseOrTransaction, projectId: string): Promise<{ audit: number; flagged: number }> {
  const [row] = await transaction.$queryRaw<{ audit: number; flagged: number }[]>`
    SELECT (count(*) FILTER (WHERE "purpose" <> 'flagged'))::int AS audit, (count(*) FILTER (WHERE "purpose" = 'flagged'))::int AS flagged
    FROM "ReviewItem" WHERE "projectId" = ${projectId}::uuid AND "state" = 'waiting' AND "roundId" IS NULL AND "standsFor" IS NULL`;
  return row ?? { audit: 0, flagged: 0 };
}

/** A longer one was a pause, not work; in ms. */
const leadTimeMsMax = 120_000;

/** Mean time of an answer over the last thirty days, in ms; null before there are any. */
async function answerTime(transaction: DatabaseOrTransaction, projectId: string): Promise<number | null> {
  const [row] = await transaction.$queryRaw<{ ms: number | null }[]>`
    SELECT avg(LEAST("leadTimeMs", ${leadTimeMsMax}))::float8 AS ms FROM "Annotation"
    WHERE "projectId" = ${projectId}::uuid AND "createdAt" > ${databaseNow} - interval '30 days' AND "leadTimeMs" IS NOT NULL AND "kind" <> 'withdrawal' AND "propagatedFrom" IS NULL`;
  return row?.ms ?? null;
}

function candidates(transaction: DatabaseOrTransaction, projectId: string, budget: number, easyShare: number): Promise<WaitingItem[]> {
  return transaction.$queryRaw<WaitingItem[]>`
    SELECT c."id"::text, c."purpose", c."value", c."burstKey", p."topClassId" FROM (
      (SELECT * FROM "ReviewItem" WHERE "projectId" = ${projectId}::uuid AND "state" = 'waiting' AND "roundId" IS NULL AND "standsFor" IS NULL AND "purpose" <> 'flagged' ORDER BY "createdAt", "id")
      UNION ALL
      (SELECT * FROM "ReviewItem" WHERE "projectId" = ${projectId}::uuid AND "state" = 'waiting' AND "roundId" IS NULL AND "standsFor" IS NULL AND "purpose" = 'flagged' ORDER BY "value" DESC LIMIT ${budget * candidatesPerItem})
      UNION
      (SELECT * FROM "ReviewItem" WHERE "projectId" = ${projectId}::uuid AND "state" = 'waiting' AND "roundId" IS NULL AND "standsFor" IS NULL AND "purpose" = 'flagged' ORDER BY "value", "id" DESC LIMIT ${Math.ceil(budget * easyShare)})
    ) c LEFT JOIN "Prediction" p ON p."id" = c."predictionId"`;
}

async function open(transaction: DatabaseOrTransaction, { projectId, reason, key, policy, policyVersionId }: Parameters<Rounds['collectRound']>[0], number: number, chosen: readonly WaitingItem[]): Promise<string> {
  const roundId = uuidv7();
  await transaction.$executeRaw`
    INSERT INTO "ReviewRound" ("id", "projectId", "number", "state", "reason", "key", "policyVersionId", "itemCount", "openedAt", "deadlineAt", "workflowId")
    VALUES (${roundId}::uuid, ${projectId}::uuid, ${number}, 'open', ${reason}, ${key}, ${policyVersionId}::uuid, ${chosen.length}, ${databaseNow},
            ${databaseNow} + make_interval(secs => ${policy.review.deadlineHours * 3600}::float8), ${`${projectId}/route-for-review/${roundId}`})`;
  await transaction.$executeRaw`
    UPDATE "ReviewItem" i SET "state" = 'open', "roundId" = ${roundId}::uuid, "position" = c.position::int
    FROM unnest(${chosen.map((each) => each.id)}::uuid[]) WITH ORDINALITY AS c(id, position) WHERE i."id" = c.id AND i."state" = 'waiting'`;
  return roundId;
}

/** What two rounds in a row had no room for is not asked any more, nor what stands behind it; audit items always are. */
async function passOver(transaction: DatabaseOrTransaction, projectId: string): Promise<void> {
  const since = await transaction.reviewRound.findMany({ where: { projectId }, orderBy: { number: 'desc' }, take: 2, select: { openedAt: true } });
  const before = since[1]?.openedAt;
  if (before === undefined) return;
  await transaction.reviewItem.updateMany({ where: { projectId, purpose: 'flagged', state: 'waiting', roundId: null, standsFor: null, createdAt: { lt: before } }, data: { state: 'passed_over' } });
  await transaction.$executeRaw`
    UPDATE "ReviewItem" f SET "state" = 'passed_over' FROM "ReviewItem" l
    WHERE f."projectId" = ${projectId}::uuid AND f."state" = 'waiting' AND f."standsFor" = l."id" AND l."state" = 'passed_over'`;
}

async function close(transaction: DatabaseOrTransaction, { projectId, roundId, because }: { projectId: string; roundId: string; because: string }): ReturnType<Rounds['closeRound']> {
  const closed = await transaction.$executeRaw`
    UPDATE "ReviewRound" SET "state" = 'closed', "closedAt" = ${databaseNow}, "closedBecause" = ${because} WHERE "id" = ${roundId}::uuid AND "projectId" = ${projectId}::uuid AND "state" = 'open'`;
  if (closed === 0) {
    const known = await transaction.reviewRound.findFirst({ where: { id: roundId, projectId }, select: { number: true } });
    if (known === null) throw new PerennialError('REVIEW_ROUND_NOT_FOUND');
    return { outcome: 'skipped', why: `round ${known.number} was closed before` };
  }
  await transaction.$executeRaw`
    UPDATE "ReviewItem" i SET "leasedBy" = NULL, "leaseExpiresAt" = NULL,
      "state" = CASE WHEN answered."begun" THEN 'unresolved' WHEN i."purpose" = 'gold' THEN 'passed_over' ELSE 'waiting' END, "roundId" = CASE WHEN answered."begun" THEN i."roundId" END, "position" = CASE WHEN answered."begun" THEN i."position" END
    FROM (SELECT o."id", EXISTS (SELECT 1 FROM "Annotation" a WHERE a."reviewItemId" = o."id" AND a."kind" NOT IN ('withdrawal', 'skip') AND NOT EXISTS (SELECT 1 FROM "Annotation" w WHERE w."withdraws" = a."id")) AS "begun"
          FROM "ReviewItem" o WHERE o."roundId" = ${roundId}::uuid AND o."state" = 'open' FOR UPDATE) answered
    WHERE i."id" = answered."id"`;
  await explainHalfAnswered(transaction, projectId, roundId);
  // Closed by hand, its workflow looks again now and not at its next minute; where that closed it, there is nobody to tell.
  await tellRound(transaction, projectId, roundId);
  return { outcome: 'done', why: because };
}

/** What was half answered goes to an adjudicator: why, and what a wrong label would cost. */
async function explainHalfAnswered(transaction: DatabaseOrTransaction, projectId: string, roundId: string): Promise<void> {
  const items = await transaction.reviewItem.findMany({ where: { projectId, roundId, state: 'unresolved', unresolvedWhy: null }, select: { id: true } });
  if (items.length === 0) return;
  const { costs } = await reviewPolicy(transaction, projectId);
  const given = await transaction.annotation.findMany({ where: { reviewItemId: { in: items.map((each) => each.id) } }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], select: { id: true, userId: true, kind: true, classId: true, withdraws: true, reviewItemId: true } });
  const byItem = Map.groupBy(given, (each) => each.reviewItemId);
  const values = items.map(({ id }) => costOfDisagreement(costs, (byItem.get(id) ?? []) as unknown as Answer[]));
  await transaction.$executeRaw`
    UPDATE "ReviewItem" i SET "unresolvedWhy" = 'half_answered', "value" = c.value FROM unnest(${items.map((each) => each.id)}::uuid[], ${values}::float8[]) AS c(id, value) WHERE i."id" = c.id`;
}
