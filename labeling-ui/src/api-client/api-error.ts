import type { Problem } from '../../../contracts/common.ts';

/** Why a request did not end well: nobody answered, the answer was a refusal, or it had a form that is not in the contracts. */
export type ApiErrorKind = 'network' | 'refused' | 'shape';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: ApiErrorKind;
  /** 0 where nobody answered. */
  readonly status: number;
  readonly problem: Problem | null;
  constructor(kind: ApiErrorKind, status: number, problem: Problem | null, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.status = status;
    this.problem = problem;
  }
  get code(): string { return this.problem?.code ?? this.kind; }
  /** Whether the same request may end better a little later. */
  get passing(): boolean { return this.kind === 'network' || this.status >= 500 || this.status === 429 || this.status === 408 || this.code === 'IDEMPOTENCY_IN_PROGRESS'; }
}

export const isApiError = (error: unknown): error is ApiError => error instanceof ApiError;
