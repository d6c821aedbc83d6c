import type { OutboxRecords } from '../../domain/ports-outbox.ts';
import type { LabelRecords, ReviewRecords } from '../../domain/ports-review.ts';
import type { Database } from './connection.ts';
import { createLabelRepository } from './label-repository.ts';
import { createOutboxRepository } from './outbox-repository.ts';
import { createReviewAnswers } from './review-answers.ts';
import { createReviewLeases } from './review-leases.ts';
import { createReviewProgress } from './review-progress.ts';
import { createReviewRounds } from './review-rounds.ts';

/** Everything about review in Postgres: rounds, leases, answers, labels, and the outbox that tells rounds. */
export function createReviewRepository(database: Database): ReviewRecords & LabelRecords & OutboxRecords {
  return {
    ...createReviewRounds(database), ...createReviewLeases(database), ...createReviewAnswers(database), ...createReviewProgress(database),
    ...createLabelRepository(database), ...createOutboxRepository(database),
  };
}
