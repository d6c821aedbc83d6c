import type { FlagReason } from './flag.ts';

/** What a project wants, as data; every change is a new version. All shares are 0 to 1. */
export interface Policy {
  readonly flagging: {
    /** A prediction below this confidence is flagged `low_confidence`; 0 turns it off. */
    readonly confidenceMin: number;
    /** A prediction whose two best classes are closer than this is flagged `ambiguous`; 0 turns it off. */
    readonly marginMin: number;
    /** Overrides by class id of the top class. */
    readonly perClass: readonly { readonly classId: number; readonly confidenceMin?: number; readonly marginMin?: number }[];
    /** Cosine distance to the nearest class centroid above which a prediction is `novel`; null turns it off. */
    readonly noveltyMax: number | null;
    /** Sharpness below which an image is flagged `blurred`; null turns it off. */
    readonly sharpnessMin: number | null;
    /** Images of one camera closer than this many seconds are one burst; one of a burst is asked about. 0 turns it off. */
    readonly burstSeconds: number;
    /** Perceptual hashes at most this many bits apart (same camera, same day) are near duplicates. -1 turns it off. */
    readonly nearDuplicateBits: number;
  };
  readonly audit: {
    /** Share of all predictions drawn before anything else, to measure accuracy. */
    readonly share: number;
  };
  /** costs[true][answered], by class id as text; absent pairs cost 1 when wrong, 0 when right. */
  readonly costs: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly review: {
    /** At most this many items in a round. */
    readonly itemsMax: number;
    /** Share of the images that arrived since the last round that a round may ask about; audit included. */
    readonly shareMax: number;
    /** A round asks about no more than annotators answer in so many hours, by their real times of the last thirty days; null: no limit. */
    readonly hoursMax: number | null;
    /** Share of a round's flagged items that come from the other end, where the model is surest: some easy ones between the hard. */
    readonly easyShare: number;
    /** A round closes at the latest after this many hours. */
    readonly deadlineHours: number;
    /** Enough flagged images to open a round without waiting for the schedule; 0 turns it off. */
    readonly openAtFlags: number;
    readonly leaseSeconds: number;
    /** Answers wanted for an item before it can settle; more than half of them, agreeing, settle it earlier. */
    readonly overlap: number;
    /** Share of the items for which `overlap` answers are wanted; one is enough for the others. 1: all. */
    readonly overlapShare: number;
    /** Most answers to one item before a disagreement goes to an adjudicator; never fewer than `overlap`. */
    readonly eyesMax: number;
    /** Gold items beside each ordinary one, by share; 0 turns them off. They are blind, and strewn through the round. */
    readonly goldShare: number;
    /** Share of ordinary items shown blind, so that blindness betrays nothing. */
    readonly blindShare: number;
  };
  readonly retrain: {
    /** New labels that start a light retrain without waiting for the schedule; 0 turns it off. */
    readonly afterLabels: number;
    /** Most labels a light retrain needs to be worth starting. */
    readonly labelsMin: number;
  };
  readonly gate: GatePolicy;
  readonly road: RoadPolicy;
}

/** Thresholds of the offline gate; see promotion.ts. Margins are shares, 0.01 = one point. */
export interface GatePolicy {
  readonly overallMargin: number;
  readonly referenceMargin: number;
  readonly perClassMargin: number;
  /** Classes with a tighter guard of their own. */
  readonly listedClasses: readonly { readonly classId: number; readonly margin: number }[];
  /** Fewer paired images than this and a comparison cannot tell. */
  readonly evidenceMin: number;
  readonly onCannotTell: 'wait' | 'promoteIfSuperior';
  /** Most that the expected calibration error may grow by. */
  readonly calibrationMargin: number;
  /** Most images, as a share, that the champion answers rightly and the challenger wrongly; 1: told, and never a reason to hold. */
  readonly lostFlipMax: number;
  /** Most that the time within which 99 of 100 answers come may be, over the champion's; 100: any. */
  readonly latencyRatioMax: number;
  /** The same for memory. */
  readonly memoryRatioMax: number;
}

/** How a challenger that passed the gate becomes champion; see road.ts. Percents are 0 to 100. */
export interface RoadPolicy {
  /** `straight`: at once, as a pass of the gate says. `staged`: through shadow, canary and bake. */
  readonly stages: 'straight' | 'staged';
  /** People who must say yes to each step; 0: evidence alone is enough. */
  readonly approvalsWanted: number;
  /** The evidence is looked at this often, and when something happens. */
  readonly lookSeconds: number;
  readonly shadow: {
    /** Of the traffic, where champion and challenger share a backbone: another head costs next to nothing. */
    readonly percent: number;
    /** Of the traffic, where the challenger has a backbone of its own. */
    readonly percentOtherBackbone: number;
    readonly hoursMin: number;
    /** Without enough evidence by then, a person is asked. */
    readonly hoursMax: number;
    /** Reviewed disagreements wanted before it goes on. */
    readonly reviewedMin: number;
  };
  readonly canary: {
    /** Percent of the camera-days, rising; the last is 100: the promotion. */
    readonly steps: readonly number[];
    /** For each step. */
    readonly hoursMin: number;
    readonly hoursMax: number;
    /** Images that the challenger answered, in each step. */
    readonly imagesMin: number;
  };
  readonly bake: {
    /** The champion before stays loaded and is compared for so long. */
    readonly hours: number;
  };
}

export const defaultPolicy: Policy = {
  flagging: {
    confidenceMin: 0.8,
    marginMin: 0.3,
    perClass: [],
    noveltyMax: null,
    sharpnessMin: null,
    burstSeconds: 60,
    nearDuplicateBits: 4,
  },
  audit: { share: 0.04 },
  costs: {},
  review: {
    itemsMax: 500,
    shareMax: 0.25,
    hoursMax: null,
    easyShare: 0,
    deadlineHours: 168,
    openAtFlags: 50,
    leaseSeconds: 120,
    overlap: 1,
    overlapShare: 1,
    eyesMax: 3,
    goldShare: 0,
    blindShare: 0.1,
  },
  retrain: { afterLabels: 50, labelsMin: 5 },
  gate: {
    overallMargin: 0.01,
    referenceMargin: 0.05,
    perClassMargin: 0.05,
    listedClasses: [],
    evidenceMin: 50,
    onCannotTell: 'wait',
    calibrationMargin: 0.05,
    lostFlipMax: 1,
    latencyRatioMax: 1.1,
    memoryRatioMax: 1.2,
  },
  road: {
    stages: 'straight',
    approvalsWanted: 0,
    lookSeconds: 60,
    shadow: { percent: 100, percentOtherBackbone: 20, hoursMin: 24, hoursMax: 336, reviewedMin: 50 },
    canary: { steps: [1, 10, 50, 100], hoursMin: 12, hoursMax: 168, imagesMin: 50 },
    bake: { hours: 72 },
  },
};

/** The order in which reasons are shown. */
export const flagReasonOrder: readonly FlagReason[] = [
  'audit', 'reported', 'disagreement', 'low_confidence', 'ambiguous', 'novel', 'blurred', 'drift',
];

/** A stored policy; what it is too old to say has its default. */
export function policyFrom(stored: Policy): Policy {
  return { ...defaultPolicy, ...stored, review: { ...defaultPolicy.review, ...stored.review }, gate: { ...defaultPolicy.gate, ...stored.gate } };
}

/** How many answers an item wants; chance is an argument. */
export const answersWantedBy = ({ overlap, overlapShare }: Policy['review'], random: () => number): number => (overlap > 1 && random() < overlapShare ? overlap : 1);
