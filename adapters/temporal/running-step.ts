import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { TrainingFigures } from '../../domain/ports-workflows.ts';

type Pending = NonNullable<NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number]>;

/** What a running step says of itself by its heartbeats, over the step's own name. */
export function runningStep(description: WorkflowExecutionDescription, step: string): { step: string; progress: TrainingFigures | null } {
  const pending = description.raw.pendingActivities?.find((each) => each.heartbeatDetails != null) ?? description.raw.pendingActivities?.[0];
  if (pending == null) return { step, progress: null };
  const told = detailsOf(pending);
  if (typeof told === 'string') return { step: told, progress: null };
  if (pending.activityType?.name !== 'trainFull') return { step, progress: null };
  if (told === null || typeof told !== 'object') return { step: waiting(pending), progress: null };
  return { step: sentenceOf(told), progress: told };
}

/** Heartbeat details are JSON by Temporal's default converter. */
function detailsOf(pending: Pending): TrainingFigures | string | null {
  const data = pending.heartbeatDetails?.payloads?.[0]?.data;
  if (data == null) return null;
  try {
    return JSON.parse(new TextDecoder().decode(data)) as TrainingFigures | string | null;
  } catch {
    return null;
  }
}

function waiting(pending: Pending): string {
  const failure = pending.lastFailure?.message;
  return (pending.attempt ?? 1) > 1 && failure ? `training is tried again: ${failure}` : 'waiting for a training worker (perennial trainer install makes this machine one)';
}

/** One line for people: what is trained, how far, how fast, how long yet. */
export function sentenceOf({ stage, candidate, epoch, epochs, loss, images, of, imagesPerSecond, secondsLeft, device }: TrainingFigures): string {
  const parts = [
    [candidate, stage].filter((each) => each !== undefined).join(': '),
    epoch === undefined ? '' : `epoch ${epoch} of ${epochs}`,
    images === undefined ? '' : `${images} of ${of} images`,
    loss === undefined ? '' : `loss ${loss.toFixed(3)}`,
    imagesPerSecond === undefined ? '' : `${imagesPerSecond} images/s${device === undefined ? '' : ` on the ${device}`}`,
    secondsLeft === undefined ? '' : `${leftOf(secondsLeft)} left`,
  ];
  return parts.filter((part) => part !== '').join(', ') || 'training';
}

const leftOf = (seconds: number): string => (seconds < 90 ? `${Math.round(seconds)} s` : seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`);
