import { z } from 'zod';
import { camerasSchema } from '../../../contracts/cameras.ts';
import { alertSchema, type challengeActBodySchema, challengeActReplySchema, challengeDetailSchema, challengeSchema, drillSchema, runDrillReplySchema } from '../../../contracts/challenges.ts';
import { pageOf } from '../../../contracts/common.ts';
import { historySchema } from '../../../contracts/history.ts';
import { lineageSchema, type lineageSubjectSchema } from '../../../contracts/lineage.ts';
import { picturesSchema } from '../../../contracts/pictures.ts';
import { datasetDiffSchema, datasetVersionSchema } from '../../../contracts/datasets.ts';
import { gateReportSchema, type hindsightBodySchema, hindsightReplySchema, modelVersionSchema, promotionSchema, retrainStateSchema, scheduleSchema } from '../../../contracts/models.ts';
import { comparisonSchema, evaluationSchema, type FlipName, type HoldoutName, judgedPicturesSchema, modelVersionDetailSchema } from '../../../contracts/model-evaluation.ts';
import { type acceptInvitationSchema, invitationReplySchema, meSchema, projectSchema } from '../../../contracts/projects.ts';
import { type annotateBodySchema, annotateReplySchema, claimReplySchema, openRoundReplySchema, renewReplySchema, roundSchema, withdrawReplySchema } from '../../../contracts/reviews.ts';
import {
  adjudicationDetailSchema, adjudicationPageSchema, verdictReplySchema, type verdictBodySchema, verdictWithdrawalReplySchema,
} from '../../../contracts/review-adjudication.ts';
import { addGoldReplySchema, agreementSchema, goldImageSchema } from '../../../contracts/review-agreement.ts';
import { hiddenImagesSchema, visibilityReplySchema } from '../../../contracts/image-visibility.ts';
import { type burstAnnotateBodySchema, burstAnnotateReplySchema, burstFramesSchema, claimBurstsReplySchema } from '../../../contracts/review-bursts.ts';
import { activationSchema, classCardSchema, evidenceSchema } from '../../../contracts/review-evidence.ts';
import { gridClaimReplySchema, gridClassesSchema, type gridDecisionBodySchema, gridDecisionReplySchema } from '../../../contracts/review-grid.ts';
import { peopleStatisticsSchema, personStatisticsSchema, releaseReplySchema, roundProgressSchema } from '../../../contracts/review-rounds.ts';
import { classesSchema, changeReplySchema } from '../../../contracts/classes.ts';
import { type Fetch, sendTo } from './http.ts';

export { ApiError, isApiError } from './api-error.ts';
export type { Fetch } from './http.ts';

const doneSchema = z.looseObject({ outcome: z.string() });
const anySchema = z.unknown();
const personSchema = z.strictObject({ id: z.string(), name: z.string(), email: z.string(), role: z.string() });
export type Person = z.output<typeof personSchema>;

/** Every request the pages make. Each answer is parsed with its contract. */
export function createApiClient(fetcher: Fetch) {
  const send = <T extends z.ZodType>(path: string, schema: T, sent?: Parameters<typeof sendTo>[3]) => sendTo(fetcher, path, schema, sent);
  const of = (project: string) => `/v1/projects/${encodeURIComponent(project)}`;
  return {
    me: () => send('/v1/me', meSchema),
    signIn: (email: string, password: string) => send('/api/auth/sign-in/email', anySchema, { method: 'POST', body: { email, password } }),
    signOut: () => send('/api/auth/sign-out', anySchema, { method: 'POST', body: {} }),
    invitation: (token: string) => send(`/v1/invitations/${encodeURIComponent(token)}`, z.strictObject({ role: z.string(), email: z.string().nullable() })),
    acceptInvitation: (body: z.input<typeof acceptInvitationSchema>) => send('/v1/invitations/accept', doneSchema, { method: 'POST', body }),
    project: (project: string) => send(of(project), projectSchema),
    people: (project: string) => send(`${of(project)}/people`, pageOf(personSchema)),
    invite: (project: string, body: { email?: string; role: string }) => send(`${of(project)}/invitations`, invitationReplySchema, { method: 'POST', body }),

    claim: (project: string, body: { count: number; holding: readonly string[] }) => send(`${of(project)}/review/claims`, claimReplySchema, { method: 'POST', body }),
    annotate: (project: string, item: string, body: z.input<typeof annotateBodySchema>) => send(`${of(project)}/review/items/${item}/annotations`, annotateReplySchema, { method: 'POST', body, key: body.key }),
    withdraw: (project: string, annotation: string, key: string) => send(`${of(project)}/review/annotations/${annotation}/withdrawal`, withdrawReplySchema, { method: 'POST', body: { key }, key }),
    renew: (project: string, items: readonly { id: string; fence: number }[]) => send(`${of(project)}/review/leases/renewals`, renewReplySchema, { method: 'POST', body: { items } }),

    frames: (project: string, item: string) => send(`${of(project)}/review/items/${item}/frames`, burstFramesSchema),
    evidence: (project: string, item: string) => send(`${of(project)}/review/items/${item}/evidence?neighbours=6`, evidenceSchema),
    activation: (project: string, item: string) => send(`${of(project)}/review/items/${item}/activation`, activationSchema),
    card: (project: string, classId: number) => send(`${of(project)}/classes/${classId}/card`, classCardSchema),
    claimBursts: (project: string, body: { count: number; holding: readonly string[] }) => send(`${of(project)}/review/bursts/claims`, claimBurstsReplySchema, { method: 'POST', body }),
    annotateBurst: (project: string, item: string, body: z.input<typeof burstAnnotateBodySchema>) => send(`${of(project)}/review/items/${item}/burst-annotations`, burstAnnotateReplySchema, { method: 'POST', body, key: body.key }),
    gridClasses: (project: string) => send(`${of(project)}/review/grid/classes`, gridClassesSchema),
    claimGrid: (project: string, body: { classId: number; count: number; holding: readonly string[] }) => send(`${of(project)}/review/grid/claims`, gridClaimReplySchema, { method: 'POST', body }),
    decideGrid: (project: string, body: z.input<typeof gridDecisionBodySchema>) => send(`${of(project)}/review/grid/decisions`, gridDecisionReplySchema, { method: 'POST', body, key: body.key }),
    statistics: (project: string) => send(`${of(project)}/review/statistics?days=30`, personStatisticsSchema),
    peopleStatistics: (project: string) => send(`${of(project)}/people/statistics?days=30`, peopleStatisticsSchema),
    agreement: (project: string) => send(`${of(project)}/review/agreement?days=90`, agreementSchema),
    goldImages: (project: string) => send(`${of(project)}/gold-images?limit=200`, pageOf(goldImageSchema)),
    addGold: (project: string, sample: number) => send(`${of(project)}/gold-images`, addGoldReplySchema, { method: 'POST', body: { sample } }),
    retireGold: (project: string, image: string) => send(`${of(project)}/gold-images/${image}`, doneSchema, { method: 'DELETE' }),
    hiddenImages: (project: string) => send(`${of(project)}/hidden-images?limit=100`, hiddenImagesSchema),
    showImage: (project: string, image: string, reason: string) => send(`${of(project)}/images/${image}/visibility`, visibilityReplySchema, { method: 'PUT', body: { hidden: false, reason } }),
    roundProgress: (project: string, round: string) => send(`${of(project)}/rounds/${round}/progress`, roundProgressSchema),

    adjudication: (project: string, after: string | null) => send(`${of(project)}/adjudication/items?limit=50${after === null ? '' : `&after=${encodeURIComponent(after)}`}`, adjudicationPageSchema),
    adjudicationItem: (project: string, item: string) => send(`${of(project)}/adjudication/items/${item}`, adjudicationDetailSchema),
    verdict: (project: string, item: string, body: z.input<typeof verdictBodySchema>) => send(`${of(project)}/adjudication/items/${item}/verdict`, verdictReplySchema, { method: 'POST', body, key: body.key }),
    withdrawVerdict: (project: string, adjudication: string, key: string) => send(`${of(project)}/adjudication/verdicts/${adjudication}/withdrawal`, verdictWithdrawalReplySchema, { method: 'POST', body: { key }, key }),

    classes: (project: string) => send(`${of(project)}/classes`, classesSchema),
    addClass: (project: string, body: { key: string; name: string; description?: string }) => send(`${of(project)}/classes`, changeReplySchema, { method: 'POST', body, key: body.key }),
    editClass: (project: string, classId: number, body: { key: string; name?: string; description?: string | null }) => send(`${of(project)}/classes/${classId}`, changeReplySchema, { method: 'PATCH', body, key: body.key }),
    mergeClasses: (project: string, body: { key: string; from: number[]; into: number }) => send(`${of(project)}/classes/merges`, changeReplySchema, { method: 'POST', body, key: body.key }),

    splitClass: (project: string, classId: number, body: { key: string; into: { name: string }[] }) => send(`${of(project)}/classes/${classId}/split`, changeReplySchema, { method: 'POST', body, key: body.key }),

    datasetDiff: (project: string, from: number, to: number) => send(`${of(project)}/datasets/diff?from=${from}&to=${to}`, datasetDiffSchema),
    closeRound: (project: string, round: string, key: string) => send(`${of(project)}/rounds/${round}/close`, roundSchema, { method: 'POST', key }),
    moveDeadline: (project: string, round: string, deadlineAt: string, key: string) => send(`${of(project)}/rounds/${round}/deadline`, roundSchema, { method: 'POST', body: { deadlineAt }, key }),

    release: (project: string, items: readonly { id: string; fence: number }[]) => send(`${of(project)}/review/leases/release`, releaseReplySchema, { method: 'POST', body: { items } }),

    rounds: (project: string) => send(`${of(project)}/rounds`, pageOf(roundSchema)),
    openRound: (project: string, key: string) => send(`${of(project)}/rounds`, openRoundReplySchema, { method: 'POST', body: {}, key, timeoutMs: 120_000 }),
    datasets: (project: string) => send(`${of(project)}/datasets`, pageOf(datasetVersionSchema)),

    modelVersions: (project: string) => send(`${of(project)}/model-versions`, pageOf(modelVersionSchema)),
    modelVersion: (project: string, number: number) => send(`${of(project)}/model-versions/${number}`, modelVersionDetailSchema),
    evaluation: (project: string, number: number, holdout: HoldoutName) => send(`${of(project)}/model-versions/${number}/evaluation?holdout=${holdout}`, evaluationSchema, { timeoutMs: 120_000 }),
    evaluationPictures: (project: string, number: number, { holdout, truth, answer, offset }: { holdout: HoldoutName; truth: number; answer: number; offset: number }) => send(`${of(project)}/model-versions/${number}/evaluation/pictures?holdout=${holdout}&truth=${truth}&answer=${answer}&offset=${offset}`, judgedPicturesSchema),
    comparison: (project: string, number: number, against: number, holdout: HoldoutName) => send(`${of(project)}/model-versions/${number}/comparison?against=${against}&holdout=${holdout}`, comparisonSchema, { timeoutMs: 120_000 }),
    comparisonPictures: (project: string, number: number, { against, holdout, flip, offset }: { against: number; holdout: HoldoutName; flip: FlipName; offset: number }) => send(`${of(project)}/model-versions/${number}/comparison/pictures?against=${against}&holdout=${holdout}&flip=${flip}&offset=${offset}`, judgedPicturesSchema),
    hindsight: (project: string, body: z.input<typeof hindsightBodySchema>) => send(`${of(project)}/hindsight`, hindsightReplySchema, { method: 'POST', body, timeoutMs: 180_000 }),
    gateReports: (project: string) => send(`${of(project)}/gate-reports`, pageOf(gateReportSchema)),
    promotions: (project: string) => send(`${of(project)}/promotions`, pageOf(promotionSchema)),
    retrain: (project: string, kind: 'light' | 'full', key: string) => send(`${of(project)}/retrains`, retrainStateSchema, { method: 'POST', body: { kind }, key }),
    cancelRetrain: (project: string, id: string) => send(`${of(project)}/retrains/${encodeURIComponent(id)}/cancel`, doneSchema, { method: 'POST', body: {} }),
    retrainState: (project: string, id: string) => send(`${of(project)}/retrains/${encodeURIComponent(id)}`, retrainStateSchema),
    promote: (project: string, number: number, body: { reason: string; expectChampion: number | null }, key: string) => send(`${of(project)}/model-versions/${number}/promotion`, promotionSchema, { method: 'POST', body, key }),
    rollBack: (project: string, body: { reason: string; expectChampion?: number }, key: string) => send(`${of(project)}/rollback`, promotionSchema, { method: 'POST', body, key }),

    challenges: (project: string) => send(`${of(project)}/challenges`, pageOf(challengeSchema)),
    challenge: (project: string, id: string) => send(`${of(project)}/challenges/${encodeURIComponent(id)}`, challengeDetailSchema),
    startChallenge: (project: string, number: number, reason: string, key: string) => send(`${of(project)}/model-versions/${number}/challenge`, challengeSchema, { method: 'POST', body: { reason }, key }),
    actOnChallenge: (project: string, id: string, body: z.input<typeof challengeActBodySchema>, key: string) => send(`${of(project)}/challenges/${encodeURIComponent(id)}/acts`, challengeActReplySchema, { method: 'POST', body, key, timeoutMs: 60_000 }),
    clearChallenge: (project: string, id: string, reason: string) => send(`${of(project)}/challenges/${encodeURIComponent(id)}/clearance`, z.strictObject({ outcome: z.string(), why: z.string() }), { method: 'POST', body: { reason } }),
    drills: (project: string) => send(`${of(project)}/rollback-drills`, pageOf(drillSchema)),
    drill: (project: string, key: string) => send(`${of(project)}/rollback-drills`, runDrillReplySchema, { method: 'POST', body: {}, key, timeoutMs: 120_000 }),
    alerts: (project: string) => send(`${of(project)}/alerts`, pageOf(alertSchema)),
    resolveAlert: (project: string, kind: string) => send(`${of(project)}/alerts/${encodeURIComponent(kind)}/resolution`, doneSchema, { method: 'POST', body: {} }),

    lineage: (project: string, kind: z.output<typeof lineageSubjectSchema>, id: string) => send(`${of(project)}/lineage/${kind}/${encodeURIComponent(id)}`, lineageSchema),
    pictures: (project: string, ids: readonly string[]) => send(`${of(project)}/pictures?ids=${ids.join(',')}`, picturesSchema),
    history: (project: string, asked: Readonly<Partial<Record<'actor' | 'action' | 'except' | 'subject' | 'after', string | undefined>>>) => send(`${of(project)}/history?${new URLSearchParams(Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))}`, historySchema),
    cameras: (project: string, weeks: number) => send(`${of(project)}/cameras?weeks=${weeks}`, camerasSchema, { timeoutMs: 60_000 }),

    schedules: (project: string) => send(`${of(project)}/schedules`, pageOf(scheduleSchema)),
    editSchedule: (project: string, name: string, body: { paused: boolean }) => send(`${of(project)}/schedules/${encodeURIComponent(name)}`, doneSchema, { method: 'PATCH', body }),
    runSchedule: (project: string, name: string, key: string) => send(`${of(project)}/schedules/${encodeURIComponent(name)}/run`, doneSchema, { method: 'POST', key }),
  };
}
export type ApiClient = ReturnType<typeof createApiClient>;
