import { v7 as uuidv7 } from 'uuid';
import { type ChallengeStage, endedStages, hasEnded } from '../../domain/challenge.ts';
import { PerennialError } from '../../domain/errors.ts';
import type { Challenge, ChallengeRecords, ChallengeStep } from '../../domain/ports-challenges.ts';
import type { Database } from './connection.ts';
import { isUniqueClash } from './model-repository.ts';

const challengeOf = (row: Awaited<ReturnType<Database['challenge']['findFirstOrThrow']>>): Challenge => ({ ...row, kind: row.kind as Challenge['kind'] });
const stepOf = (row: Awaited<ReturnType<Database['challengeStep']['findFirstOrThrow']>>): ChallengeStep => ({ ...row, stage: row.stage as ChallengeStage });

/** Challenges and their steps in Postgres; every step is a history event too. */
export function createChallengeRepository(database: Database): ChallengeRecords {
  const newestStep = (client: Pick<Database, 'challengeStep'>, challengeId: string) => client.challengeStep.findFirst({ where: { challengeId }, orderBy: { sequence: 'desc' } });

  async function onRoad(client: Pick<Database, '$queryRaw' | 'challengeStep'>, projectId: string) {
    const [row] = await client.$queryRaw<Parameters<typeof challengeOf>[0][]>`
      SELECT c.* FROM "Challenge" c JOIN LATERAL (SELECT "stage" FROM "ChallengeStep" WHERE "challengeId" = c."id" ORDER BY "sequence" DESC LIMIT 1) s
        ON s."stage" IN ('shadow', 'canary', 'bake', 'held')
      WHERE c."projectId" = ${projectId}::uuid ORDER BY c."createdAt" DESC, c."id" DESC LIMIT 1`;
    const step = row === undefined ? null : await newestStep(client, row.id);
    return row === undefined || step === null ? null : { challenge: challengeOf(row), step: stepOf(step) };
  }
  return {
    async open(challenge) {
      try {
        return challengeOf(await database.challenge.create({ data: { id: uuidv7(), ...challenge } }));
      } catch (error) {
        if (!isUniqueClash(error)) throw error;
        return challengeOf(await database.challenge.findUniqueOrThrow({ where: { projectId_key: { projectId: challenge.projectId, key: challenge.key } } }));
      }
    },
    async opened(projectId, key) {
      const row = await database.challenge.findUnique({ where: { projectId_key: { projectId, key } } });
      return row === null ? null : challengeOf(row);
    },
    async byId(projectId, id) {
      const row = await database.challenge.findFirst({ where: { id, projectId } });
      return row === null ? null : challengeOf(row);
    },
    onRoad: (projectId) => onRoad(database, projectId),
    async list(projectId, limit) {
      return (await database.challenge.findMany({ where: { projectId, kind: 'road' }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: limit })).map(challengeOf);
    },
    async waiting(projectId) {
      return (await database.challenge.findMany({
        where: { projectId, kind: 'road', id: { in: (await database.$queryRaw<{ id: string }[]>`
          SELECT c."id" FROM "Challenge" c WHERE c."projectId" = ${projectId}::uuid AND NOT EXISTS (SELECT 1 FROM "ChallengeStep" s WHERE s."challengeId" = c."id")`).map(({ id }) => id) } },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      })).map(challengeOf);
    },
    async approve({ projectId, challengeId, sequence, approvedBy, reason, key }) {
      // A person's second yes is the first one.
      await database.challengeApproval.createMany({ data: [{ id: uuidv7(), projectId, challengeId, sequence, approvedBy, reason, key }], skipDuplicates: true });
    },
    async approvals(challengeId, sequence) {
      return (await database.challengeApproval.findMany({ where: { challengeId, sequence }, orderBy: { createdAt: 'asc' } })).map(({ approvedBy, reason, createdAt }) => ({ approvedBy, reason, createdAt }));
    },
    async steps(challengeId) {
      return (await database.challengeStep.findMany({ where: { challengeId }, orderBy: { sequence: 'asc' } })).map(stepOf);
    },
    async append({ after, ...step }) {
      const { challengeId, key, projectId } = step;
      const same = () => database.challengeStep.findUnique({ where: { challengeId_key: { challengeId, key } } });
      const done = await same();
      if (done !== null) return stepOf(done);
      try {
        return await database.$transaction(async (transaction) => {
          // Two challenges may not set out at once: they queue at the project.
          if (after === 0) await transaction.$queryRaw`SELECT 1 FROM "Project" WHERE "id" = ${projectId}::uuid FOR UPDATE`;
          const now = await newestStep(transaction, challengeId);
          const over = now !== null && hasEnded(now.stage as ChallengeStage) && step.stage !== 'cleared';
          if ((now?.sequence ?? 0) !== after || over) throw new PerennialError('CHALLENGE_CONFLICT');
          if (after === 0 && !hasEnded(step.stage) && (await onRoad(transaction, projectId)) !== null) throw new PerennialError('CHALLENGE_CONFLICT', 'Another challenger is on the road.');
          const row = await transaction.challengeStep.create({ data: { id: uuidv7(), sequence: after + 1, ...step } });
          await transaction.historyEvent.create({
            data: {
              id: uuidv7(), projectId, actor: step.decidedBy, action: `challenge.${step.stage}`, subject: challengeId,
              ...(now && { before: { stage: now.stage, shadowPercent: now.shadowPercent, canaryPercent: now.canaryPercent } }),
              after: { stage: step.stage, shadowPercent: step.shadowPercent, canaryPercent: step.canaryPercent, reason: step.reason },
            },
          });
          return stepOf(row);
        });
      } catch (error) {
        if (!isUniqueClash(error) && !(error instanceof PerennialError)) throw error;
        // The same key was sent twice at once, or somebody else took our place in the sequence.
        const now = await same();
        if (now !== null) return stepOf(now);
        throw error instanceof PerennialError ? error : new PerennialError('CHALLENGE_CONFLICT', undefined, {}, { cause: error });
      }
    },
    unended: () => database.$queryRaw<{ projectId: string; challengeId: string; faulted: boolean }[]>`
      SELECT c."projectId"::text, c."id"::text AS "challengeId", EXISTS (SELECT 1 FROM "ChallengeFault" f WHERE f."challengeId" = c."id" AND f."modelVersionId" = c."challengerId") AS "faulted"
      FROM "Challenge" c LEFT JOIN LATERAL (SELECT "stage" FROM "ChallengeStep" WHERE "challengeId" = c."id" ORDER BY "sequence" DESC LIMIT 1) s ON true
      WHERE c."kind" = 'road' AND (s."stage" IS NULL OR s."stage" <> ALL(${[...endedStages]}::text[]))`,
    async barred(projectId, challengerId) {
      const [row] = await database.$queryRaw<{ barred: boolean }[]>`
        SELECT EXISTS (SELECT 1 FROM "Challenge" c JOIN LATERAL (SELECT "stage" FROM "ChallengeStep" WHERE "challengeId" = c."id" ORDER BY "sequence" DESC LIMIT 1) s
          ON s."stage" IN ('rolled_back', 'aborted') WHERE c."projectId" = ${projectId}::uuid AND c."challengerId" = ${challengerId}::uuid AND c."kind" = 'road') AS barred`;
      return row?.barred ?? false;
    },
  };
}
