import { v7 as uuidv7 } from 'uuid';
import type { AliasRecords } from '../../domain/ports-models.ts';
import type { Database } from './connection.ts';

/** Aliases as history events: `alias.set` is ours, `alias.moved` somebody else's. */
export function createAliasRecords(database: Database): AliasRecords {
  const write = async (action: string, actor: string, projectId: string, alias: string, before: object, after: object): Promise<void> => {
    await database.historyEvent.create({ data: { id: uuidv7(), projectId, actor, action, subject: alias, before: { ...before }, after: { ...after } } });
  };
  return {
    async lastSet(projectId, alias) {
      const last = await database.historyEvent.findFirst({ where: { projectId, action: 'alias.set', subject: alias }, orderBy: [{ at: 'desc' }, { id: 'desc' }], select: { after: true } });
      const { version } = (last?.after ?? {}) as { version?: string };
      return version ?? null;
    },
    set: ({ projectId, alias, from, to }) => write('alias.set', 'reconciler', projectId, alias, { version: from }, { version: to }),
    moved: ({ projectId, alias, from, to, champion }) => write('alias.moved', 'MLflow', projectId, alias, { version: from }, { version: to, champion }),
  };
}
