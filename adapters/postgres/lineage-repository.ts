import { PerennialError } from '../../domain/errors.ts';
import { createLineageBuilder, type LineageBuilder, type LineageNode, type LineageReader } from '../../domain/lineage.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import type { Database } from './connection.ts';

/** A chain is for reading: past this many a kind it is cut, newest first. */
const perKindMax = 200;
const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

type Rows = {
  prediction: Awaited<ReturnType<Database['prediction']['findFirstOrThrow']>>;
  label: Awaited<ReturnType<Database['label']['findFirstOrThrow']>>;
  image: Awaited<ReturnType<Database['image']['findFirstOrThrow']>>;
};

type NameOf = (classId: number) => string;
const predictionNode = (row: Rows['prediction'], nameOf: NameOf): LineageNode => ({ kind: 'prediction', id: row.id, title: `${nameOf(row.topClassId)} at ${(row.confidence * 100).toFixed(0)} % (${row.purpose})`, at: iso(row.createdAt) });
const labelNode = (row: Rows['label'], nameOf: NameOf): LineageNode => ({ kind: 'label', id: row.id, title: row.classId === null ? row.kind : `${nameOf(row.classId)}, by ${row.source}`, at: iso(row.createdAt) });
const imageNode = (row: Rows['image']): LineageNode => ({ kind: 'image', id: row.id, title: `${row.width} × ${row.height}, ${row.sha256.slice(0, 12)}`, at: iso(row.createdAt) });

const versionNode = (row: { id: string; number: number; kind: string; createdAt: Date }): LineageNode => ({ kind: 'model_version', id: row.id, title: `model version ${row.number} (${row.kind})`, at: iso(row.createdAt) });

/** Walks the records in both directions; what is read is bounded. */
export function createLineageRepository(database: Database): LineageReader {
  /** Class names as they are now; a class that went keeps its number. */
  const walkOf = async (projectId: string) => {
    const set = await database.classSet.findFirst({ where: { projectId }, orderBy: { version: 'desc' } });
    const names = new Map(((set?.classes ?? []) as unknown as readonly ProjectClass[]).map(({ classId, name }) => [classId, name]));
    const nameOf: NameOf = (classId) => names.get(classId) ?? `class ${classId}`;
    return { walk: createWalk(database, nameOf), nameOf };
  };
  return {
    async ofPrediction(projectId, id) {
      const row = await database.prediction.findFirst({ where: { id, projectId } });
      if (row === null) throw new PerennialError('PREDICTION_NOT_FOUND');
      const { walk, nameOf } = await walkOf(projectId);
      const builder = createLineageBuilder(predictionNode(row, nameOf));
      await walk.image(builder, row.imageId);
      await walk.modelVersion(builder, row.modelVersionId, row.id);
      return builder.build();
    },
    async ofLabel(projectId, id) {
      const row = await database.label.findFirst({ where: { id, projectId } });
      if (row === null) throw new PerennialError('REQUEST_NOT_FOUND', 'There is no such label in this project.');
      const { walk, nameOf } = await walkOf(projectId);
      const builder = createLineageBuilder(labelNode(row, nameOf));
      await walk.image(builder, row.imageId);
      await walk.labelUses(builder, row);
      return builder.build();
    },
    async ofImage(projectId, id) {
      const row = await database.image.findFirst({ where: { id, projectId } });
      if (row === null) throw new PerennialError('IMAGE_NOT_FOUND');
      const { walk } = await walkOf(projectId);
      const builder = createLineageBuilder(imageNode(row));
      await walk.image(builder, row.id);
      // What its newest label taught.
      const label = await database.label.findFirst({ where: { projectId, imageId: id }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] });
      if (label !== null) await walk.labelUses(builder, label);
      return builder.build();
    },
    async ofModelVersion(projectId, id) {
      const version = await database.modelVersion.findFirst({ where: { id, projectId } });
      if (version === null) throw new PerennialError('MODEL_VERSION_NOT_FOUND');
      const { walk } = await walkOf(projectId);
      const builder = createLineageBuilder(versionNode(version));
      await walk.modelVersion(builder, id, null);
      await walk.answers(builder, version);
      return builder.build();
    },
  };
}

function createWalk(database: Database, nameOf: NameOf) {
  const person = async (builder: LineageBuilder, userId: string, of: string, because: string): Promise<void> => {
    const user = await database.user.findUnique({ where: { id: userId }, select: { name: true } });
    builder.add({ kind: 'person', id: userId, title: user?.name ?? userId, at: null });
    builder.link(of, userId, because);
  };
  const walk = {
    /** Everything that hangs on one image: arrivals, predictions, flags, items, answers, labels. */
    async image(builder: LineageBuilder, imageId: string): Promise<void> {
      const row = await database.image.findUnique({ where: { id: imageId } });
      if (row === null) return;
      builder.add(imageNode(row));
      const where = { imageId };
      const [arrivals, predictions, items, labels] = await Promise.all([
        database.arrival.findMany({ where, take: perKindMax, orderBy: { receivedAt: 'desc' } }),
        database.prediction.findMany({ where, take: perKindMax, orderBy: { createdAt: 'desc' } }),
        database.reviewItem.findMany({ where, take: perKindMax, orderBy: { createdAt: 'desc' } }),
        database.label.findMany({ where, take: perKindMax, orderBy: { createdAt: 'desc' } }),
      ]);
      for (const arrival of arrivals) {
        builder.add({ kind: 'arrival', id: arrival.id, title: arrival.fileName ?? 'arrival', at: iso(arrival.receivedAt) });
        builder.link(arrival.id, imageId, 'brought the image');
      }
      for (const prediction of predictions) {
        builder.add(predictionNode(prediction, nameOf));
        builder.link(imageId, prediction.id, 'was predicted');
      }
      await walk.flags(builder, predictions.map((each) => each.id));
      for (const item of items) {
        builder.add({ kind: 'review_item', id: item.id, title: `${item.purpose}, ${item.state}`, at: iso(item.createdAt) });
        builder.link(item.predictionId ?? imageId, item.id, 'was put before a person');
      }
      await walk.annotations(builder, items.map((each) => each.id));
      for (const label of labels) {
        builder.add(labelNode(label, nameOf));
        builder.link(label.annotationId ?? label.propagatedFrom ?? imageId, label.id, label.source === 'propagated' ? 'spread over the burst' : 'became the label');
        if (label.supersedes !== null) builder.link(label.supersedes, label.id, 'was superseded by');
      }
    },
    async flags(builder: LineageBuilder, predictionIds: readonly string[]): Promise<void> {
      for (const flag of await database.flag.findMany({ where: { predictionId: { in: [...predictionIds] } }, take: perKindMax })) {
        builder.add({ kind: 'flag', id: flag.id, title: flag.reason, at: iso(flag.createdAt) });
        builder.link(flag.predictionId, flag.id, 'was flagged');
      }
    },
    async annotations(builder: LineageBuilder, itemIds: readonly string[]): Promise<void> {
      for (const answer of await database.annotation.findMany({ where: { reviewItemId: { in: [...itemIds] } }, take: perKindMax })) {
        builder.add({ kind: 'annotation', id: answer.id, title: answer.classId === null ? answer.kind : nameOf(answer.classId), at: iso(answer.createdAt) });
        builder.link(answer.reviewItemId, answer.id, 'was answered');
        await person(builder, answer.userId, answer.id, 'was given by');
      }
    },
    /** Upstream of a model version: its run, the dataset version it learnt from, the decisions about it. */
    async modelVersion(builder: LineageBuilder, versionId: string, of: string | null): Promise<void> {
      const version = await database.modelVersion.findUnique({ where: { id: versionId } });
      if (version === null) return;
      builder.add(versionNode(version));
      if (of !== null) builder.link(version.id, of, 'answered');
      if (version.runId !== null) {
        const run = await database.run.findUnique({ where: { id: version.runId } });
        builder.add({ kind: 'run', id: version.runId, title: `${run?.kind ?? ''} run, MLflow ${run?.mlflowRunId ?? 'none'}`, at: iso(run?.startedAt ?? null) });
        builder.link(version.runId, version.id, 'made');
      }
      if (version.datasetVersionId !== null) await walk.datasetVersion(builder, version.datasetVersionId, version.runId ?? version.id);
      for (const promotion of await database.promotion.findMany({ where: { toId: version.id }, take: perKindMax })) {
        builder.add({ kind: 'promotion', id: promotion.id, title: `${promotion.kind} ${promotion.sequence}: ${promotion.reason}`, at: iso(promotion.createdAt) });
        builder.link(version.id, promotion.id, `became champion, decided by ${promotion.decidedBy}`);
        if (promotion.gateReportId !== null) await walk.gateReport(builder, promotion.gateReportId, promotion.id);
      }
    },
    /** Downstream of a model version: how much it answered. */
    async answers(builder: LineageBuilder, model: { id: string; number: number }): Promise<void> {
      const answers = await database.prediction.count({ where: { modelVersionId: model.id } });
      builder.add({ kind: 'prediction', id: `${model.id}/answers`, title: `${answers} predictions by model version ${model.number}`, at: null });
      builder.link(model.id, `${model.id}/answers`, 'answered');
    },
    async gateReport(builder: LineageBuilder, id: string, of: string): Promise<void> {
      const report = await database.gateReport.findUnique({ where: { id } });
      if (report === null) return;
      builder.add({ kind: 'gate_report', id, title: `${report.verdict}: ${report.sentence}`, at: iso(report.createdAt) });
      builder.link(id, of, 'was the evidence');
    },
    async datasetVersion(builder: LineageBuilder, id: string, of: string | null): Promise<void> {
      const version = await database.datasetVersion.findUnique({ where: { id } });
      if (version === null) return;
      builder.add({ kind: 'dataset_version', id, title: `dataset version ${version.number}, ${version.imageCount} images`, at: iso(version.createdAt) });
      if (of !== null) builder.link(id, of, 'was learnt from');
    },
    /** Downstream of a label: every dataset version frozen while it stood, and the model versions that learnt from those. */
    async labelUses(builder: LineageBuilder, label: Rows['label']): Promise<void> {
      const successor = await database.label.findFirst({ where: { supersedes: label.id }, select: { createdAt: true } });
      const stood = { gte: label.createdAt, ...(successor !== null && { lt: successor.createdAt }) };
      const versions = await database.datasetVersion.findMany({ where: { projectId: label.projectId, createdAt: stood }, take: perKindMax, orderBy: { number: 'asc' } });
      for (const version of versions) {
        await walk.datasetVersion(builder, version.id, null);
        builder.link(label.id, version.id, 'is in');
        for (const model of await database.modelVersion.findMany({ where: { datasetVersionId: version.id }, take: perKindMax })) {
          await walk.modelVersion(builder, model.id, null);
          await walk.answers(builder, model);
        }
      }
    },
  };
  return walk;
}
