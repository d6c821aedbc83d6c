/** Where a challenger stands on its road from shadow to champion. `held` keeps the traffic of the step it follows. */
export const challengeStages = ['shadow', 'canary', 'bake', 'held', 'done', 'aborted', 'rolled_back', 'replaced', 'cleared'] as const;
export type ChallengeStage = (typeof challengeStages)[number];

/** Stages after which serving follows a challenge no more. */
export const endedStages = ['done', 'aborted', 'rolled_back', 'replaced', 'cleared'] as const satisfies readonly ChallengeStage[];

/** Whether a challenge is over. */
export const hasEnded = (stage: ChallengeStage): boolean => (endedStages as readonly ChallengeStage[]).includes(stage);

/** What serving does beside answering with the champion. */
export interface Route {
  readonly challengeId: string;
  /** The step this came from; serving reports it once both models are loaded. */
  readonly sequence: number;
  readonly kind: 'road' | 'drill';
  readonly challengerId: string;
  /** Whom the challenger is measured against: in a bake, the champion before it. */
  readonly championId: string;
  readonly stage: 'shadow' | 'canary' | 'bake' | 'held';
  /** Share of the traffic that the one of the two that does not answer sees too, 0 to 100. */
  readonly shadowPercent: number;
  /** Share of the camera-days that the challenger answers, 0 to 100; in a bake it is the champion and answers all. */
  readonly canaryPercent: number;
}

/**
 * Which of the two answers a camera on a day. A camera-day stays in one arm, and growing the percent only adds camera-days
 * to the challenger's.
 *
 * @param camera the camera's id; for an image without a camera its own id, or all of a day's would be in one arm
 * @param day YYYY-MM-DD of the image's event time
 * @param percent 0 to 100, fractions allowed
 */
export function canaryArm(projectId: string, challengeId: string, camera: string, day: string, percent: number): 'champion' | 'challenger' {
  return hash32(`${projectId}/${challengeId}/${camera}/${day}`) / 2 ** 32 < percent / 100 ? 'challenger' : 'champion';
}

/** FNV-1a over the code units, then the finishing mix of MurmurHash3, so that near texts land far apart. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
