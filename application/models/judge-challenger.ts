import { costOf } from '../../domain/flagging.ts';
import { decideGate, type PairedAnswers } from '../../domain/gate.ts';
import type { Policy } from '../../domain/policy.ts';
import { decidePromotion } from '../../domain/promotion.ts';
import type { ProjectClass } from '../../domain/prediction.ts';
import { checkHead } from '../../domain/shadow.ts';
import type { RunningCosts } from '../../domain/running-costs.ts';
import { surelyServed } from '../../domain/served-answer.ts';
import type { Clock, Head, ObjectStore } from '../../domain/ports.ts';
import type { DatasetVersions, EmbeddingReader, GateReportRecord, ModelFiles, ModelRecords, ModelVersion } from '../../domain/ports-models.ts';
import { PerennialError } from '../../domain/errors.ts';

export interface JudgeDependencies {
  readonly records: ModelRecords;
  readonly datasets: DatasetVersions;
  readonly embeddings: EmbeddingReader;
  readonly files: ModelFiles;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly classes: (projectId: string) => Promise<{ id: string; classes: readonly ProjectClass[] }>;
  readonly policy: (projectId: string) => Promise<Policy>;
  /** What an answer of each takes; left out, the gate does not ask. */
  readonly runningCosts?: (versions: { readonly champion: ModelVersion; readonly challenger: ModelVersion }) => Promise<RunningCosts>;
  /** Decisions that the reference holdout took part in so far. */
  readonly looks?: (projectId: string) => Promise<number>;
}

export interface Judgement {
  readonly report: GateReportRecord;
  readonly action: 'promote' | 'hold' | 'wait';
  readonly onCannotTell: boolean;
  readonly why: string;
  /** `promote` means: let it set out in shadow. */
  readonly staged: boolean;
}

/**
 * Champion and challenger meet on the same holdouts and the gate answers: pass, hold or cannot tell. The audit holdout
 * decides, the reference holdout guards against collapse; flagged images never come into it. What is judged is what serving
 * would have answered under the policy's costs.
 * @throws PerennialError MODEL_VERSION_NOT_FOUND, PROMOTION_CONFLICT when the challenger is the champion already,
 *   MODEL_OUTPUT_NOT_FINITE and MODEL_OUTPUT_UNSUPPORTED for a head that cannot be asked
 */
export async function judgeChallenger(deps: JudgeDependencies, request: { projectId: string; challengerId: string; key: string }): Promise<Judgement> {
  const [champion, challenger] = await Promise.all([deps.records.champion(request.projectId), deps.records.versionById(request.challengerId)]);
  if (champion === null || challenger === null) throw new PerennialError('MODEL_VERSION_NOT_FOUND');
  if (champion.id === challenger.id) throw new PerennialError('PROMOTION_CONFLICT', 'The challenger is the champion already.');
  const [{ classes }, policy] = await Promise.all([deps.classes(request.projectId), deps.policy(request.projectId)]);
  const heads = { champion: await headOf(deps, champion), challenger: await headOf(deps, challenger) };
  const truths = await truthsOf(deps, request.projectId, challenger);
  const meet = (holdout: 'audit' | 'reference') => pairedAnswers(deps, request.projectId, holdout, { champion, challenger }, heads, truths, policy.costs);
  const holdouts = { audit: await meet('audit'), reference: await meet('reference') };
  const [running, looks] = [await deps.runningCosts?.({ champion, challenger }), await deps.looks?.(request.projectId)];
  const decision = decideGate({ policy: policy.gate, costs: policy.costs, classes, holdouts, running, looks });
  const report = await deps.records.insertGateReport({
    projectId: request.projectId, championId: champion.id, challengerId: challenger.id,
    verdict: decision.verdict, sentence: decision.sentence, checks: decision.checks, key: request.key,
  }, Object.entries(holdouts).flatMap(([name, pairs]) => evaluationOf(name, pairs, policy.costs)));
  const day = (await deps.records.latestEventDay(request.projectId)) ?? deps.clock.now().toISOString().slice(0, 10);
  const staged = policy.road.stages === 'staged';
  // On a road the day of the promotion is yet to come.
  const automaticPromotionsToday = staged ? 0 : await deps.records.automaticPromotionsOn(request.projectId, day);
  return { report, staged, ...decidePromotion(decision, policy.gate, { automaticPromotionsToday }) };
}

async function headOf(deps: JudgeDependencies, version: ModelVersion): Promise<Head> {
  if (version.headKey === null) throw new PerennialError('MODEL_VERSION_NOT_FOUND', 'The model version has no head.');
  const head = deps.files.decodeHead(await deps.store.get(version.headKey));
  checkHead(head);
  return head;
}

/** What is known to be true of each image of the challenger's dataset version; of the newest one for a model that came from outside. */
async function truthsOf(deps: JudgeDependencies, projectId: string, challenger: ModelVersion): Promise<Map<string, number>> {
  const datasetVersionId = challenger.datasetVersionId ?? (await deps.datasets.latest(projectId))?.id ?? null;
  if (datasetVersionId === null) return new Map();
  const rows = await deps.datasets.rows(projectId, datasetVersionId);
  return new Map(rows.map((row) => [row.imageId, row.classId]));
}

async function pairedAnswers(
  deps: JudgeDependencies, projectId: string, holdout: 'audit' | 'reference', versions: Record<'champion' | 'challenger', ModelVersion>,
  heads: Record<'champion' | 'challenger', Head>, truths: ReadonlyMap<string, number>, costs: Policy['costs'],
): Promise<PairedAnswers> {
  const members = (await deps.datasets.holdout(projectId, holdout)).filter((member) => truths.has(member.imageId));
  const ids = members.map((member) => member.imageId);
  const answersOf = async (which: 'champion' | 'challenger') => {
    const { backboneDigest, preprocessingDigest } = versions[which];
    const found = await deps.embeddings.load(projectId, ids, backboneDigest ?? '', preprocessingDigest ?? '');
    return (imageId: string) => {
      const embedding = found.get(imageId);
      return embedding === undefined ? undefined : surelyServed(heads[which], embedding, costs);
    };
  };
  const [old, fresh] = [await answersOf('champion'), await answersOf('challenger')];
  return members.flatMap(({ imageId, group, weight }) => {
    const [champion, challenger] = [old(imageId), fresh(imageId)];
    // An image that one of the two has never seen cannot be compared on.
    return champion === undefined || challenger === undefined ? [] : [{
      imageId, truth: truths.get(imageId) as number, champion: champion.classId, challenger: challenger.classId, group, weight,
      confidence: { champion: champion.confidence, challenger: challenger.confidence },
    }];
  });
}

function evaluationOf(holdout: string, pairs: PairedAnswers, costs: Policy['costs']) {
  if (pairs.length === 0) return [];
  const right = (which: 'champion' | 'challenger') => pairs.filter((pair) => pair[which] === pair.truth).length / pairs.length;
  const cost = (which: 'champion' | 'challenger') => pairs.reduce((sum, pair) => sum + costOf(costs, pair.truth, pair[which]), 0) / pairs.length;
  return [{ holdout, images: pairs.length, metrics: { accuracy: right('challenger'), championAccuracy: right('champion'), meanCost: cost('challenger'), championMeanCost: cost('champion') } }];
}
