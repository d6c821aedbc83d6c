import type { OutboxRecords } from '../../domain/ports-outbox.ts';
import type { WorkbenchRecords } from '../../domain/ports-review.ts';
import type { Database } from './connection.ts';
import { createClassRepository } from './class-repository.ts';
import { createImageVisibility } from './image-visibility.ts';
import { createLabelDisputes } from './label-disputes.ts';
import { createLabelRepository } from './label-repository.ts';
import { createOutboxRepository } from './outbox-repository.ts';
import { namesOf } from './review-adjudication-queue.ts';
import { createReviewAdjudications } from './review-adjudications.ts';
import { createReviewAnswers } from './review-answers.ts';
import { createReviewBursts } from './review-bursts.ts';
import { createReviewEvidence } from './review-evidence.ts';
import { createReviewGold } from './review-gold.ts';
import { createReviewGrid } from './review-grid.ts';
import { createReviewLeases } from './review-leases.ts';
import { createReviewProgress } from './review-progress.ts';
import { createRoundFigures } from './review-round-figures.ts';
import { createReviewRounds } from './review-rounds.ts';
import { createReviewStatistics } from './review-statistics.ts';
import { createReviewWithdrawals } from './review-withdrawals.ts';

/** Everything about review in Postgres: rounds, leases, answers, labels, and the outbox that tells rounds. */
export function createReviewRepository(database: Database): WorkbenchRecords & OutboxRecords {
  return {
    ...createReviewRounds(database), ...createReviewLeases(database), ...createReviewAnswers(database), ...createReviewProgress(database), ...createReviewWithdrawals(database), ...createReviewBursts(database), ...createReviewAdjudications(database), ...createImageVisibility(database),
    ...createReviewGrid(database), ...createRoundFigures(database), ...createReviewStatistics(database), ...createReviewEvidence(database),
    ...createReviewGold(database), ...createClassRepository(database), ...createLabelDisputes(database), namesOf: (ids) => namesOf(database, ids),
    ...createLabelRepository(database), ...createOutboxRepository(database),
  };
}
