/**
 * The one table of error codes. A step throws a code; `api/error-map.ts` gives it a status, `activities/failure-map.ts`
 * says whether to try again, `docs/ERRORS.md` explains it. A test holds the four together, both ways.
 */
export const errorCodes = {
  // who
  AUTH_REQUIRED: 'Sign in, or send an API key.',
  AUTH_FORBIDDEN: 'The role of this person or key does not allow that.',
  AUTH_ORIGIN_REFUSED: 'The request came from another site.',
  AUTH_INVITATION_INVALID: 'The invitation is unknown, used or too old.',
  AUTH_TOO_MANY_ATTEMPTS: 'Too many attempts; wait before the next.',
  // requests
  REQUEST_INVALID: 'The request does not have the form that is asked for.',
  REQUEST_NOT_FOUND: 'There is nothing at this address, or not for you.',
  REQUEST_METHOD_NOT_ALLOWED: 'This address does not take that method.',
  REQUEST_TOO_LARGE: 'The request is larger than the limit.',
  REQUEST_MEDIA_TYPE_UNSUPPORTED: 'The content type of the request is not one that is taken here.',
  REQUEST_TIMEOUT: 'The request took too long to arrive.',
  IDEMPOTENCY_KEY_MISSING: 'This write needs an Idempotency-Key header.',
  IDEMPOTENCY_KEY_REUSED: 'The same key was used before with another body.',
  IDEMPOTENCY_IN_PROGRESS: 'The first request with this key has not ended yet.',
  // images
  IMAGE_EMPTY: 'The image has no bytes.',
  IMAGE_UNSUPPORTED_TYPE: 'The file is not a JPEG, PNG or WebP image.',
  IMAGE_ANIMATED: 'Animated images are not taken.',
  IMAGE_TOO_LARGE: 'The image has more pixels or bytes than the limit.',
  IMAGE_CORRUPT: 'The image cannot be decoded.',
  IMAGE_NOT_FOUND: 'There is no such image in this project.',
  // projects, classes, policy
  PROJECT_NOT_FOUND: 'There is no such project, or not for you.',
  PROJECT_EXISTS: 'A project of that name exists.',
  PROJECT_HAS_NO_MODEL: 'The project has no champion yet: give it labelled images or import a model.',
  CLASS_UNKNOWN: 'The class is not one of the project’s.',
  CLASS_EXISTS: 'A class of that name exists.',
  POLICY_INVALID: 'The policy does not hold together.',
  // predictions and serving
  PREDICTION_NOT_FOUND: 'There is no such prediction in this project.',
  SERVING_OVERLOADED: 'Too many requests are waiting; try again shortly.',
  SERVING_DEADLINE_PASSED: 'The request waited longer than its deadline.',
  SERVING_NOT_READY: 'Serving has no model, database or store at the moment.',
  // review
  REVIEW_ITEM_NOT_FOUND: 'There is no such review item in this project.',
  REVIEW_LEASE_EXPIRED: 'The hold on this item ran out and someone else may have it.',
  REVIEW_ITEM_SETTLED: 'This item is settled already.',
  REVIEW_ROUND_NOT_FOUND: 'There is no such review round in this project.',
  ANNOTATION_NOT_FOUND: 'There is no such annotation of yours.',
  ADJUDICATION_NOT_FOUND: 'There is no such verdict that you could take back.',
  REVIEW_IMAGE_NOT_SEEN: 'An image that was not loaded and on screen cannot be answered.',
  REVIEW_ITEM_BLIND: 'This item is answered by itself: nothing of the model’s answer may be accepted for it.',
  REVIEW_ROUND_CLOSED: 'The round is closed.',
  // datasets
  DATASET_VERSION_NOT_FOUND: 'There is no such dataset version in this project.',
  DATASET_EMPTY: 'There are no labels to freeze.',
  DATASET_UNCHANGED: 'Nothing changed since the last dataset version.',
  DATASET_DAMAGED: 'An object of the dataset version is missing or does not match its digest.',
  // training
  TRAINING_TOO_FEW_CLASSES: 'Training needs labelled images of at least two classes.',
  TRAINING_INPUT_INVALID: 'The embeddings or labels are not finite or do not match.',
  TRAINING_FAILED: 'The run did not end well.',
  // models
  MODEL_FILE_INVALID: 'The file is not a readable ONNX model.',
  MODEL_TOO_LARGE: 'The model is larger than the limit.',
  MODEL_EXTERNAL_DATA: 'The model keeps weights outside its file.',
  MODEL_OPERATOR_REFUSED: 'The model uses an operator that is not on the list.',
  MODEL_INPUT_UNSUPPORTED: 'The input of the model is not one image batch.',
  MODEL_OUTPUT_UNSUPPORTED: 'The model has no output with one value per class.',
  MODEL_CLASSES_MISMATCH: 'The number of class names does not match the model.',
  MODEL_LOAD_FAILED: 'The model did not load or run within its limits.',
  MODEL_OUTPUT_NOT_FINITE: 'The model answered with values that are not numbers.',
  MODEL_VERSION_NOT_FOUND: 'There is no such model version in this project.',
  REGISTRY_UNAVAILABLE: 'The model registry does not answer.',
  // promotion
  PROMOTION_CONFLICT: 'The champion changed meanwhile; look again.',
  PROMOTION_HELD: 'The gate did not pass.',
  PROMOTION_NOTHING_TO_ROLL_BACK: 'There is no earlier champion.',
  CHALLENGE_NOT_FOUND: 'There is no such challenge in this project.',
  CHALLENGE_CONFLICT: 'The challenge went on meanwhile, or another is on the road; look again.',
  CHALLENGE_BARRED: 'The challenger was rolled back; a person has to clear it first.',
  // the house
  STORE_OBJECT_NOT_FOUND: 'The object is not in the store.',
  STORE_DAMAGED: 'The object in the store does not match its digest.',
  STORE_UNAVAILABLE: 'The object store does not answer.',
  STORAGE_FULL: 'The disk of a store is full.',
  DATABASE_UNAVAILABLE: 'The database does not answer.',
  WORKFLOWS_UNAVAILABLE: 'Temporal does not answer.',
  CONFIG_INVALID: 'The configuration is wrong.',
  SETUP_FAILED: 'A part of the set-up could not be made ready.',
  INTERNAL: 'Something went wrong on our side.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** Facts about a refusal that are safe to show to the caller. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | readonly unknown[]>>;

/** The only error that crosses a border: a code from the table, a sentence, and facts safe to show. */
export class PerennialError extends Error {
  override readonly name = 'PerennialError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string = errorCodes[code], details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** True for errors of the table, also for ones that crossed a module copy. */
export function isPerennialError(error: unknown): error is PerennialError {
  return error instanceof Error && error.name === 'PerennialError' && 'code' in error;
}
