import { v7 as uuidv7 } from 'uuid';
import type { ShadowRecords } from '../../domain/ports-challenges.ts';
import type { Database } from './connection.ts';

/** What serving writes down of challengers; many rows a statement. */
export function createShadowRepository(database: Database): ShadowRecords {
  return {
    async keepAnswers(answers) {
      await database.shadowAnswer.createMany({ data: [...answers], skipDuplicates: true });
    },
    async count(counts) {
      await database.$executeRaw`
        INSERT INTO "ShadowCount" ("challengeId", "hour", "processId", "projectId", "seen", "disagreed", "failed")
        SELECT * FROM unnest(${counts.map((each) => each.challengeId)}::uuid[], ${counts.map((each) => each.hour.toISOString().slice(0, -1))}::timestamp[], ${counts.map((each) => each.processId)}::uuid[],
          ${counts.map((each) => each.projectId)}::uuid[], ${counts.map((each) => each.seen)}::int[], ${counts.map((each) => each.disagreed)}::int[], ${counts.map((each) => each.failed)}::int[])
        ON CONFLICT ("challengeId", "hour", "processId") DO UPDATE SET "seen" = "ShadowCount"."seen" + EXCLUDED."seen",
          "disagreed" = "ShadowCount"."disagreed" + EXCLUDED."disagreed", "failed" = "ShadowCount"."failed" + EXCLUDED."failed"`;
    },
    async fault(fault) {
      await database.challengeFault.create({ data: { id: uuidv7(), ...fault } });
    },
  };
}
