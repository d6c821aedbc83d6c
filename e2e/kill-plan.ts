import { setTimeout as wait } from 'node:timers/promises';
import { type Random, shuffled } from '../statistics/random.ts';
import { type House, type ProductName, until } from './house.ts';
import type { Clients } from './kill-clients.ts';
import type { Door, Ledger } from './ledger.ts';
import type { Place, Stop, Stops } from './stops.ts';
import type { StepSeen, WorkflowsSeen } from './workflows-seen.ts';

/** Where steps are made to stand while a process is killed, and the step that is then under way. */
const steps = {
  round: 'collectRound', dataset: 'freezeForRetrain', run: 'trainVersion', 'model version': 'trainVersion', 'end of run': 'trainVersion', 'gate report': 'judge', promotion: 'promote',
} as const satisfies Partial<Record<Place, string>>;
type StepPlace = keyof typeof steps;

export interface PlannedKill {
  readonly target: ProductName;
  readonly project: string;
  readonly place: StepPlace;
}

export interface Killed extends PlannedKill {
  /** The steps of the place that Temporal said were under way at the kill. */
  readonly steps: readonly StepSeen[];
  readonly killedAt: Date;
  /** Requests without an answer at the kill, at the killed process' own door. */
  readonly inFlight: number;
  readonly backMs: number;
}

/** Every target once a round; each target comes to every kind of place before it comes to one again. */
export function planKills(rounds: number, projects: readonly string[], random: Random): PlannedKill[] {
  const targets = ['worker', 'serve', 'api'] as const;
  const places = new Map(targets.map((target) => [target, [] as StepPlace[]]));
  let count = 0;
  return Array.from({ length: rounds }, () => shuffled(targets, random)).flat().map((target) => {
    const left = places.get(target) ?? [];
    if (left.length === 0) left.push(...shuffled(Object.keys(steps) as StepPlace[], random));
    count += 1;
    return { target, project: projects[count % projects.length] as string, place: left.pop() as StepPlace };
  });
}

const doorOf: Record<ProductName, Door | undefined> = { api: 'api', serve: 'serving', worker: undefined };

export interface KillingWorld {
  readonly house: House;
  readonly ledger: Ledger;
  readonly stops: Stops;
  readonly workflows: WorkflowsSeen;
  readonly clients: Clients;
  readonly projectId: string;
  /** A project in which nothing but people moves the champion, with two model versions. */
  readonly quietProject: string;
  readonly random: Random;
  /** What was asked for and is not waited for here. */
  readonly asked: Promise<unknown>[];
}

/** Asks for something, waits until its step stands at the place, kills, lets the step go, and waits until the process is back. */
export async function killOnce(world: KillingWorld, plan: PlannedKill): Promise<Killed> {
  const { house, ledger, stops, workflows, projectId, random } = world;
  const { target, project, place } = plan;
  // The api has done then what it was asked, and neither stored nor sent the reply.
  const held: Stop[] = [{ place, projectId }, ...(target === 'api' ? [{ place: 'reply' as const, projectId }] : [])];
  // One retrain a project at a time: asked for beside another it would be that other one.
  await until(`the retrain before in ${project} ended`, async () => !(await isUnderWay(world, 'run')), 150);
  for (const stop of held) await stops.hold(stop);
  let seen: readonly StepSeen[] = [];
  let askedAt = 0;
  await until(`a step of ${project} stands at ${place}`, async () => {
    seen = (await workflows.stepsUnderWay(projectId)).filter((each) => each.step === steps[place]);
    // Where nothing waits to be asked about there is no round, and without new labels no retrain: asked again then.
    if (seen.length === 0 && Date.now() - askedAt > askAgainMs && !(await isUnderWay(world, place))) {
      if (askedAt > 0) await letBreathe(world, held);
      ask(world, plan);
      askedAt = Date.now();
    }
    return seen.length > 0 && (await stops.waiting({ place, projectId })) > 0;
  }, 120);
  if (target === 'api') askPeople(world);
  if (target === 'api') await until('a reply stands', async () => (await stops.waiting({ place: 'reply', projectId })) > 0, 30);
  let inFlight = 0;
  await until(`a request is in flight to ${target}`, async () => (inFlight = ledger.inFlight(doorOf[target]).length) > 0, 20);
  console.log(`${new Date().toISOString()} ${target} is killed with ${project} at ${place}`);
  const killedAt = new Date();
  house.kill(target);
  await wait(800 * random());
  for (const stop of held) await stops.release(stop);
  await house.isBack(target);
  return { ...plan, steps: seen, killedAt, inFlight, backMs: Date.now() - killedAt.getTime() };
}

const askAgainMs = 4_000;

/** While replies stand no round opens, and without a round there are no labels for the next retrain to learn from. */
async function letBreathe({ stops }: KillingWorld, held: readonly Stop[]): Promise<void> {
  const replies = held.filter(({ place }) => place === 'reply');
  for (const stop of replies) await stops.release(stop);
  await wait(askAgainMs);
  for (const stop of replies) await stops.hold(stop);
}

/** Whether what a place belongs to runs in the project, at whatever step. */
async function isUnderWay({ workflows, projectId }: KillingWorld, place: StepPlace): Promise<boolean> {
  const type = place === 'round' ? 'collectPredictions' : 'retrainLight';
  return (await workflows.executions(`ExecutionStatus = 'Running' AND WorkflowType = '${type}' AND WorkflowId STARTS_WITH '${projectId}/'`)).length > 0;
}

function ask({ clients, asked }: KillingWorld, { project, place }: PlannedKill): void {
  asked.push(place === 'round' ? clients.openRound(project, 8) : clients.retrain(project));
}

/** A person moves a champion at that moment too; in a project of its own, where no gate decides meanwhile. */
function askPeople({ clients, asked, quietProject, random }: KillingWorld): void {
  asked.push(random() < 0.5 ? clients.promote(quietProject, random() < 0.5 ? 1 : 2) : clients.rollBack(quietProject));
}
