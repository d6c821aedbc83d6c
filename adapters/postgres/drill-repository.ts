import { v7 as uuidv7 } from 'uuid';
import type { Drill, DrillRecords } from '../../domain/ports-challenges.ts';
import type { Database } from './connection.ts';
import { isUniqueClash } from './model-repository.ts';

const drillOf = (row: Awaited<ReturnType<Database['rollbackDrill']['findFirstOrThrow']>>): Drill => ({ ...row, outcome: row.outcome as Drill['outcome'] });

/** Rollback drills in Postgres, append-only. */
export function createDrillRepository(database: Database): DrillRecords {
  const byKey = async (projectId: string, key: string): Promise<Drill | null> => {
    const row = await database.rollbackDrill.findUnique({ where: { projectId_key: { projectId, key } } });
    return row === null ? null : drillOf(row);
  };
  return {
    byKey,
    async keep(drill) {
      try {
        return drillOf(await database.rollbackDrill.create({ data: { id: uuidv7(), ...drill } }));
      } catch (error) {
        if (!isUniqueClash(error)) throw error;
        return (await byKey(drill.projectId, drill.key)) as Drill;
      }
    },
    list: async (projectId, limit) => (await database.rollbackDrill.findMany({ where: { projectId }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: limit })).map(drillOf),
  };
}
