import { type Command, Option } from 'commander';
import type { z } from 'zod';
import type { policySchema } from '../../contracts/projects.ts';
import type { CliContext } from '../context.ts';
import { UsageError } from '../failures.ts';
import { renderFacts } from '../table.ts';
import { addProjectVerb, wholeNumber } from '../verb.ts';

type Road = z.output<typeof policySchema>['road'];
interface Options {
  readonly json?: boolean;
  readonly project?: string;
  readonly stages?: Road['stages'];
  readonly people?: number;
  readonly steps?: number[];
  readonly reviewed?: number;
  readonly shadowHours?: number;
  readonly canaryHours?: number;
  readonly canaryImages?: number;
  readonly bakeHours?: number;
}

/** `perennial challenge policy`: what a challenger that passed the gate has to do; with options, what it has to do from now on. */
export function addChallengePolicyVerb(noun: Command, context: CliContext): void {
  const count = wholeNumber(0, 1_000_000);
  addProjectVerb(noun, 'policy', 'show or change how a challenger becomes champion', ['challenge policy', 'challenge policy --stages staged --steps 10,50,100 --reviewed 20', 'challenge policy --people 2'])
    .addOption(new Option('--stages <how>', 'straight: a pass of the gate promotes; staged: shadow, canary, bake').choices(['straight', 'staged']))
    .option('--people <count>', 'how many must say yes to each step; 0: evidence alone', wholeNumber(0, 2))
    .option('--steps <percents>', 'percent of the camera-days, rising, the last 100', percents)
    .option('--reviewed <count>', 'reviewed disagreements wanted in shadow', count)
    .option('--shadow-hours <hours>', 'at least so long in shadow', hours)
    .option('--canary-hours <hours>', 'at least so long in each step of the canary', hours)
    .option('--canary-images <count>', 'images that the challenger answers in each step', count)
    .option('--bake-hours <hours>', 'so long the champion before is compared', hours)
    .action(async (options: Options) => {
      const { api } = await context.project(options.project);
      const policy = await api.policy();
      const road = changed(policy.road, options);
      if (JSON.stringify(road) !== JSON.stringify(policy.road)) await api.setPolicy({ ...policy, road });
      context.print(options, road, () => roadWords(road));
    });
}

function changed(road: Road, options: Options): Road {
  return {
    ...road, stages: options.stages ?? road.stages, approvalsWanted: options.people ?? road.approvalsWanted,
    shadow: { ...road.shadow, hoursMin: options.shadowHours ?? road.shadow.hoursMin, hoursMax: Math.max(road.shadow.hoursMax, options.shadowHours ?? 0), reviewedMin: options.reviewed ?? road.shadow.reviewedMin },
    canary: { ...road.canary, steps: options.steps ?? road.canary.steps, hoursMin: options.canaryHours ?? road.canary.hoursMin, hoursMax: Math.max(road.canary.hoursMax, options.canaryHours ?? 0), imagesMin: options.canaryImages ?? road.canary.imagesMin },
    bake: { hours: options.bakeHours ?? road.bake.hours },
  };
}

function roadWords({ stages, approvalsWanted, shadow, canary, bake }: Road): string {
  if (stages === 'straight') return 'A challenger that passes the gate is the champion at once (stages: straight).';
  return renderFacts([
    ['stages', stages], ['people', approvalsWanted === 0 ? 'none: evidence alone' : approvalsWanted],
    ['shadow', `${shadow.percent} % of the traffic (${shadow.percentOtherBackbone} % with another backbone), ${shadow.hoursMin} h at least, ${shadow.reviewedMin} reviewed disagreements, a person is asked after ${shadow.hoursMax} h`],
    ['canary', `${canary.steps.join(', ')} % of the camera-days, ${canary.hoursMin} h and ${canary.imagesMin} images at least in each`], ['bake', `${bake.hours} h`],
  ]);
}

function percents(text: string): number[] {
  const steps = text.split(',').map(Number);
  if (steps.at(-1) !== 100 || !steps.every((step, at) => step > (steps[at - 1] ?? 0))) throw new UsageError('--steps takes rising percents with commas between, the last 100.');
  return steps;
}

function hours(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 2160)) throw new UsageError('Hours are 0 to 2160.');
  return value;
}
