import type { RoadAct, StepOutcome } from '../contracts/workflows.ts';

/** What people asked for, one after another; each is answered when it was done. Plain, so that a test can hold it. */
export class ActsInTurn {
  private readonly waiting: RoadAct[] = [];
  private readonly answers = new Map<RoadAct, StepOutcome>();

  get any(): boolean { return this.waiting.length > 0; }
  ask(act: RoadAct): void { this.waiting.push(act); }
  next(): RoadAct | undefined { return this.waiting.shift(); }
  answer(act: RoadAct, outcome: StepOutcome): void { this.answers.set(act, outcome); }
  answerOf(act: RoadAct): StepOutcome | undefined { return this.answers.get(act); }
  /** The road is over: there is nothing left to be done. */
  refuseAll(why: string): void {
    for (let act = this.next(); act !== undefined; act = this.next()) this.answer(act, { outcome: 'skipped', why });
  }
}
