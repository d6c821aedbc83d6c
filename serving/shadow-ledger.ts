import { isPerennialError } from '../domain/errors.ts';
import type { ChallengeFault, ShadowAnswer, ShadowCount, ShadowRecords } from '../domain/ports-challenges.ts';
import type { Comparison, Contest, ShadowNotes } from '../domain/ports-shadow.ts';
import type { Random } from '../domain/ports.ts';
import { inclusionOf, isModelFault } from '../domain/shadow.ts';

export interface ShadowLedgerDependencies {
  readonly records: ShadowRecords;
  readonly processId: string;
  readonly now: () => Date;
  readonly random: Random;
  /** Told of the first fault of a model on a road, before it is written down. */
  readonly onFault: (fault: ChallengeFault) => void;
  readonly onError: (error: unknown) => void;
}

export interface ShadowLedger extends ShadowNotes {
  fault(contest: Pick<Contest, 'projectId'> & { readonly route: Pick<Contest['route'], 'challengeId'> }, modelVersionId: string, error: unknown): void;
  /** Writes what has gathered; what could not be written is kept for the next time. */
  flush(): Promise<void>;
}

/** Images that run through a challenger's own backbone unseen at once; more would take the processor from answers. */
const unseenMax = 2;
/** Answers and faults kept while the database is away; beyond, the newest are dropped and their counts kept. */
const keptMax = 20_000;
/** So many answers of a challenger in a row that came too late are a fault. */
const lateMax = 3;
const hourMs = 3_600_000;

/** Gathers what is seen of challengers and writes it in batches: no answer waits for it. Ended hard, a process loses what it gathered since. */
export function createShadowLedger(deps: ShadowLedgerDependencies): ShadowLedger {
  let answers: ShadowAnswer[] = [];
  let faults: ChallengeFault[] = [];
  const counts = new Map<string, { -readonly [K in keyof ShadowCount]: ShadowCount[K] }>();
  const known = new Set<string>();
  const late = new Map<string, number>();
  let running = 0;
  let flushing: Promise<void> = Promise.resolve();

  function countOf({ projectId, route: { challengeId } }: { projectId: string; route: { challengeId: string } }) {
    const hour = new Date(Math.floor(deps.now().getTime() / hourMs) * hourMs);
    const name = `${challengeId} ${hour.getTime()}`;
    const count = counts.get(name) ?? { projectId, challengeId, hour, processId: deps.processId, seen: 0, disagreed: 0, failed: 0 };
    counts.set(name, count);
    return count;
  }

  function fault(contest: { projectId: string; route: { challengeId: string } }, modelVersionId: string, error: unknown): void {
    countOf(contest).failed += 1;
    const { challengeId } = contest.route;
    const name = `${challengeId} ${modelVersionId}`;
    if (known.has(name) || faults.length >= keptMax) return;
    known.add(name);
    const told = isPerennialError(error) ? { code: error.code, sentence: error.message } : { code: 'INTERNAL', sentence: 'The model could not be asked.' };
    const row = { projectId: contest.projectId, challengeId, modelVersionId, ...told, processId: deps.processId };
    faults.push(row);
    deps.onFault(row);
  }

  async function write(): Promise<void> {
    const batch = { answers, faults, counts: [...counts.values()] };
    [answers, faults] = [[], []];
    counts.clear();
    try {
      while (batch.faults.length > 0) {
        await deps.records.fault(batch.faults[0] as ChallengeFault);
        batch.faults.shift();
      }
      if (batch.answers.length > 0) await deps.records.keepAnswers(batch.answers);
      batch.answers = [];
      if (batch.counts.length > 0) await deps.records.count(batch.counts);
    } catch (error) {
      deps.onError(error);
      faults.push(...batch.faults);
      answers = [...batch.answers, ...answers].slice(0, keptMax);
      for (const { seen, disagreed, failed, ...of } of batch.counts) {
        const name = `${of.challengeId} ${of.hour.getTime()}`;
        const now = counts.get(name) ?? { ...of, seen: 0, disagreed: 0, failed: 0 };
        counts.set(name, { ...now, seen: now.seen + seen, disagreed: now.disagreed + disagreed, failed: now.failed + failed });
      }
    }
  }

  return {
    fault,
    compared({ contest, predictionId, given, unseen }: Comparison) {
      const { projectId, route: { challengeId }, other } = contest;
      late.delete(`${challengeId} ${other.version.id}`);
      const count = countOf(contest);
      const differs = given.classId !== unseen.classId;
      count.seen += 1;
      count.disagreed += Number(differs);
      const inclusion = inclusionOf(given, unseen);
      if ((!differs && deps.random() >= inclusion) || answers.length >= keptMax) return;
      answers.push({ projectId, challengeId, predictionId, modelVersionId: unseen.modelVersionId, classId: unseen.classId, probability: unseen.probability, drawn: !differs, inclusion });
    },
    failed(contest, error) {
      const modelVersionId = contest.other.version.id;
      const name = `${contest.route.challengeId} ${modelVersionId}`;
      // No room, no leave: nothing was asked of it.
      if (isPerennialError(error) && error.code === 'SERVING_OVERLOADED') return;
      const inTime = !isPerennialError(error) || error.code !== 'SERVING_DEADLINE_PASSED';
      const lateNow = inTime ? 0 : (late.get(name) ?? 0) + 1;
      late.set(name, lateNow);
      if (isModelFault(error) || lateNow >= lateMax) fault(contest, modelVersionId, error);
      else countOf(contest).failed += 1;
    },
    enter() {
      if (running >= unseenMax) return null;
      running += 1;
      let inside = true;
      return () => {
        if (inside) running -= 1;
        inside = false;
      };
    },
    flush() {
      // One after another: a batch that comes back after a failure must not meet itself.
      flushing = flushing.then(write);
      return flushing;
    },
  };
}
