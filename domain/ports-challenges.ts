import type { ChallengeStage, Route } from './challenge.ts';
import type { Observation } from './sequential-judge.ts';

/** One challenger's road. It begins with its first step; until then it waits. */
export interface Challenge {
  readonly id: string;
  readonly projectId: string;
  readonly challengerId: string;
  readonly championId: string;
  /** A drill walks an unseen route to the former champion and back. */
  readonly kind: Route['kind'];
  readonly gateReportId: string | null;
  readonly startedBy: string;
  readonly key: string;
  readonly createdAt: Date;
}

export interface ChallengeStep {
  readonly challengeId: string;
  /** From 1, without a gap; the highest says where the challenge stands. */
  readonly sequence: number;
  readonly stage: ChallengeStage;
  readonly shadowPercent: number;
  readonly canaryPercent: number;
  readonly decidedBy: string;
  readonly reason: string;
  readonly createdAt: Date;
}

/** What serving follows, read about twice a second. */
export interface RouteReader {
  /**
   * The newest step of the newest challenge that began and is not over; null where there is none. Of challenger and
   * champion, the one that is not champion by `Promotion` is the shadow: the challenger until it is promoted, the champion
   * before it in the bake. Where neither is, somebody promoted a third meanwhile: null.
   */
  routeOf(projectId: string): Promise<Route | null>;
  /** The same for several projects in one read; projects without a route are absent. */
  routesOf(projectIds: readonly string[]): Promise<ReadonlyMap<string, Route>>;
}

/** An answer nobody saw. Only those in which the two differ, and a drawn few of the others. */
export interface ShadowAnswer {
  readonly projectId: string;
  readonly challengeId: string;
  readonly predictionId: string;
  /** Who gave it. */
  readonly modelVersionId: string;
  readonly classId: number;
  readonly probability: number;
  /** Drawn by chance, and not because the two differ. */
  readonly drawn: boolean;
  /** Probability with which it was kept, over 0 to 1: 1 for a disagreement. */
  readonly inclusion: number;
}

/** How much was compared since the last report; added up by hour and process. */
export interface ShadowCount {
  readonly projectId: string;
  readonly challengeId: string;
  /** Beginning of the hour. */
  readonly hour: Date;
  readonly processId: string;
  readonly seen: number;
  readonly disagreed: number;
  readonly failed: number;
}

/** A fault that needs no statistics: not a number, another shape, does not load, too much memory. One ends the challenge. */
export interface ChallengeFault {
  readonly projectId: string;
  readonly challengeId: string;
  readonly modelVersionId: string;
  /** A code of domain/errors.ts. */
  readonly code: string;
  readonly sentence: string;
  readonly processId: string;
}

/** What serving writes down of a challenge. */
export interface ShadowRecords {
  /** An answer that is there already stays as it is. */
  keepAnswers(answers: readonly ShadowAnswer[]): Promise<void>;
  /** Adds to what the hour and process have counted. */
  count(counts: readonly ShadowCount[]): Promise<void>;
  fault(fault: ChallengeFault): Promise<void>;
}

export interface NewStep {
  readonly projectId: string;
  readonly challengeId: string;
  /** The step the decision was made about; 0 for the first. Another one by now is CHALLENGE_CONFLICT. */
  readonly after: number;
  readonly stage: ChallengeStage;
  readonly shadowPercent: number;
  readonly canaryPercent: number;
  readonly decidedBy: string;
  readonly reason: string;
  readonly key: string;
}

export interface Approval {
  readonly approvedBy: string;
  readonly reason: string;
}

/** What a look at the road reads; figures only, images never. */
export interface RoadFigures {
  /** Reviewed disagreements since a moment, one a burst, in the order in which people answered: those in which exactly one of the two was right. */
  disagreements(challenge: Challenge, since: Date): Promise<readonly Observation[]>;
  /** Camera-days in which an audited or reported answer was wrong, in the order in which that was found; while the canary ran. */
  failures(challenge: Challenge): Promise<readonly Observation[]>;
  /** Since a step began; images count from `graceMs` later on. */
  traffic(challenge: Challenge, since: Date, graceMs: number): Promise<{ images: number; challengerImages: number; compared: number; disagreed: number }>;
  faults(challenge: Challenge, modelVersionId: string): Promise<readonly { code: string; sentence: string }[]>;
  /**
   * Asks people, blind, about answers that nobody asked about yet: disagreements, one a burst, and the drawn few.
   * @returns how many items were opened, or made blind because they waited already
   */
  askAbout(challenge: Challenge, ask: { value: number; answersWanted: () => number; limit: number }): Promise<number>;
}

/** Things a person should know of now. */
export interface Alerts {
  /** One of a kind is open at a time; a second one changes nothing. */
  raise(alert: { projectId: string; kind: string; sentence: string }): Promise<void>;
  resolve(projectId: string, kind: string): Promise<void>;
  open(projectId: string): Promise<readonly { kind: string; sentence: string; createdAt: Date }[]>;
  /** Of a kind, since a moment, open or not. */
  raisedSince(projectId: string, kind: string, since: Date): Promise<boolean>;
}

/** Challenges and their steps, append-only. Writes are harmless when repeated with their key. */
export interface ChallengeRecords {
  open(challenge: Omit<Challenge, 'id' | 'createdAt'>): Promise<Challenge>;
  /** The one of a key, null where the key is new. */
  opened(projectId: string, key: string): Promise<Challenge | null>;
  byId(projectId: string, id: string): Promise<Challenge | null>;
  /** The one on the road: the newest that began and is not over; null where there is none. */
  onRoad(projectId: string): Promise<{ readonly challenge: Challenge; readonly step: ChallengeStep } | null>;
  /** Newest first, drills left out. */
  list(projectId: string, limit: number): Promise<readonly Challenge[]>;
  /** Those that did not begin yet, newest first. */
  waiting(projectId: string): Promise<readonly Challenge[]>;
  /** One person's yes to what comes after a step; once a person. */
  approve(approval: Approval & { readonly projectId: string; readonly challengeId: string; readonly sequence: number; readonly key: string }): Promise<void>;
  approvals(challengeId: string, sequence: number): Promise<readonly (Approval & { readonly createdAt: Date })[]>;
  /** Oldest first. */
  steps(challengeId: string): Promise<readonly ChallengeStep[]>;
  /** @throws PerennialError CHALLENGE_CONFLICT when the challenge is not at `after` any more, or another one is on the road */
  append(step: NewStep): Promise<ChallengeStep>;
  /** Those that are not over, of all projects, drills left out; `faulted` where the challenger has a hard fault by now. */
  unended(): Promise<readonly { readonly projectId: string; readonly challengeId: string; readonly faulted: boolean }[]>;
  /** Whether a challenge of this challenger was rolled back or aborted for a fault and no person has cleared it since. */
  barred(projectId: string, challengerId: string): Promise<boolean>;
}

/** One rehearsal of a rollback. */
export interface Drill {
  readonly projectId: string;
  readonly championId: string;
  readonly formerId: string;
  readonly outcome: 'done' | 'skipped' | 'failed';
  readonly sentence: string;
  /** From the written step until every serving process followed, in milliseconds. */
  readonly backMs: number | null;
  readonly forthMs: number | null;
  readonly startedBy: string;
  readonly createdAt: Date;
}

export interface DrillRecords {
  byKey(projectId: string, key: string): Promise<Drill | null>;
  /** Once for its key. */
  keep(drill: Omit<Drill, 'createdAt'> & { readonly key: string }): Promise<Drill>;
  /** Newest first. */
  list(projectId: string, limit: number): Promise<readonly Drill[]>;
}
