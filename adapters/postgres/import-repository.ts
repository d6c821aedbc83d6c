import { v7 as uuidv7 } from 'uuid';
import { PerennialError } from '../../domain/errors.ts';
import type { ImportedModelRecord, ImportRecords, UnregisteredImport } from '../../domain/ports-imports.ts';
import type { ModelVersion } from '../../domain/ports-models.ts';
import { Prisma } from './client/client.ts';
import type { Database, DatabaseOrTransaction } from './connection.ts';
import { isUniqueClash, runOf, versionOf } from './model-repository.ts';

const outboxKind = 'model_imported';
/** Version numbers are given one after another; a clash means someone took ours meanwhile. */
const triesMax = 20;

/** Models that came from outside, and what the registry has still to be told of them. */
export function createImportRepository(database: Database): ImportRecords {
  return {
    async byKey(projectId, key) {
      const row = await database.modelVersion.findUnique({ where: { projectId_key: { projectId, key } } });
      const run = row?.runId == null ? null : await database.run.findUnique({ where: { id: row.runId } });
      if (row === null || run === null) return null;
      const parameters = run.parameters as Record<string, unknown>;
      return { version: versionOf(row), requestDigest: parameters['requestDigest'] as string, parameters, metrics: (run.metrics ?? {}) as Record<string, number> };
    },
    async insert(record) {
      const { projectId, key } = record.version;
      for (let tries = 0; tries < triesMax; tries += 1) {
        const existing = await database.modelVersion.findUnique({ where: { projectId_key: { projectId, key } } });
        if (existing !== null) return versionOf(existing);
        try {
          return await database.$transaction((transaction) => write(transaction, record));
        } catch (error) {
          if (!isUniqueClash(error)) throw error;
        }
      }
      throw new PerennialError('INTERNAL', 'A model version found no free number.');
    },
    async unregistered(limit) {
      const rows = await database.outbox.findMany({ where: { kind: outboxKind, deliveredAt: null }, orderBy: { createdAt: 'asc' }, take: limit });
      const found: UnregisteredImport[] = [];
      for (const { id: outboxId, projectId, subject } of rows) {
        const version = await database.modelVersion.findUniqueOrThrow({ where: { id: subject } });
        const [run, project] = await Promise.all([database.run.findUniqueOrThrow({ where: { id: version.runId ?? '' } }), database.project.findUniqueOrThrow({ where: { id: projectId } })]);
        found.push({ outboxId, projectId, projectSlug: project.slug, version: versionOf(version), run: { ...runOf(run), parameters: run.parameters as Record<string, unknown> } });
      }
      return found;
    },
    async registered({ outboxId, version, run }, mlflow) {
      await database.$transaction([
        // Filled once: a version that has a number in the registry keeps it.
        database.modelVersion.updateMany({ where: { id: version.id, mlflowVersion: null }, data: { mlflowVersion: mlflow.version } }),
        database.run.update({ where: { id: run.id }, data: { mlflowRunId: mlflow.runId } }),
        database.outbox.update({ where: { id: outboxId }, data: { deliveredAt: new Date() } }),
      ]);
    },
  };
}

async function write(transaction: DatabaseOrTransaction, { version, reason, parameters, metrics, startedAt, by }: ImportedModelRecord): Promise<ModelVersion> {
  const { projectId, key, preprocessing, ...rest } = version;
  const last = await transaction.modelVersion.findFirst({ where: { projectId }, orderBy: { number: 'desc' }, select: { number: true } });
  const run = await transaction.run.create({
    data: { id: uuidv7(), projectId, kind: 'import', key, state: 'done', reason, parameters: parameters as Prisma.InputJsonObject, metrics, startedAt, endedAt: new Date() },
  });
  const made = await transaction.modelVersion.create({
    data: {
      ...rest, projectId, key, id: uuidv7(), number: (last?.number ?? 0) + 1, kind: 'imported', runId: run.id,
      preprocessing: preprocessing === null ? Prisma.DbNull : (preprocessing as unknown as Prisma.InputJsonObject),
    },
  });
  await transaction.historyEvent.create({
    data: { id: uuidv7(), projectId, actor: by, action: 'model.imported', subject: made.id, after: { number: made.number, reason, artifact: made.artifactSha256, file: parameters['sha256'] as string } },
  });
  await transaction.outbox.create({ data: { id: uuidv7(), projectId, kind: outboxKind, subject: made.id } });
  return versionOf(made);
}
