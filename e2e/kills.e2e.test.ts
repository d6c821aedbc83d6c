import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import { z } from 'zod';
import { retrainStateSchema } from '../contracts/models.ts';
import { projectSchema } from '../contracts/projects.ts';
import { createRandom, randomInteger, shuffled } from '../statistics/random.ts';
import { type House, startHouse, until } from './house.ts';
import { checkAll, type Finding } from './kill-checks.ts';
import { createClients } from './kill-clients.ts';
import { plantDamage } from './kill-damage.ts';
import { killOnce, type Killed, planKills } from './kill-plan.ts';
import { createLedger } from './ledger.ts';
import { askAboutAll, awaitRetrain, coldStart, drawPictures, type Picture } from './seeded.ts';
import { createStops } from './stops.ts';
import { watchWorkflows, type WorkflowsSeen } from './workflows-seen.ts';

/** Each round kills the worker, serving and the api once. */
const rounds = Number(process.env['PERENNIAL_KILL_ROUNDS'] ?? 2);
const seed = Number(process.env['PERENNIAL_KILL_SEED'] ?? 1);
const slugs = ['kills-a', 'kills-b', 'kills-c'] as const;
const quiet = 'kills-quiet';
const firstDay = Date.UTC(2026, 0, 1);

let house: House;
beforeAll(async () => { house = await startHouse(); }, 300_000);
afterAll(async () => { await house?.stop(); }, 60_000);

it(`${rounds} kills each of worker, serving and api lose nothing that was acknowledged and double nothing (seed ${seed})`, async () => {
  // A killed process writes nothing of it; what is left in the logs are the steps and requests that failed.
  onTestFailed(() => { for (const name of ['worker', 'serve', 'api'] as const) console.log(`${name}:\n${house.log(name).trim().split('\n').slice(-12).map((line) => line.slice(0, 1_500)).join('\n')}`); });
  const from = performance.now();
  const tell = (what: string): void => { console.log(`${((performance.now() - from) / 1000).toFixed(1)} s: ${what}`); };
  const random = createRandom(seed);
  const ledger = createLedger();
  const pictures = await drawPictures(seed, 90);
  // Every promotion of the gate is on a day of its own: more than one a day would wait for a person.
  let day = 0;
  const dayOf = (): string => new Date(firstDay + day * 86_400_000).toISOString().slice(0, 10);
  const policy = askAboutAll({ overallMargin: 1, referenceMargin: 1, perClassMargin: 1, evidenceMin: 1, onCannotTell: 'promoteIfSuperior' });
  const patient = { ...policy, review: { ...policy.review, leaseSeconds: 600 } };
  const labels = [...new Set(pictures.map(({ label }) => label))].slice(0, 2);
  const known = pictures.filter(({ label }) => labels.includes(label));
  const starts = (at: number, from: number, to: number) => shuffled(known, createRandom(seed + at)).slice(from, to);
  await Promise.all([quiet, ...slugs].map((slug, at) => coldStart(house, slug, labels, starts(at, 0, 20), patient)));
  await learnMore(house, quiet, starts(0, 20, 26));
  const projects = new Map(await Promise.all([quiet, ...slugs].map(async (slug) => [slug as string, (await house.call('GET', `/v1/projects/${slug}`, projectSchema)).id] as const)));
  tell('first models are there');
  const workflows = await watchWorkflows(house.env);
  const stops = await createStops(house.ownerUrl);
  const clients = createClients({ house, ledger, projects: slugs, pictures: known, dayOf });

  let posting = true;
  let asking = true;
  // Where a kill waits for a round of its own, these do not take its pictures.
  let sparing = '';
  const doors = (['api', 'serving', 'serving'] as const).map((door, at) => clients.post(door, createRandom(seed * 100 + at), () => !posting));
  const annotators = slugs.map((slug) => clients.annotate(slug, () => !asking));
  const rounded = (async () => {
    for (let at = 0; posting; at += 1) {
      const slug = slugs[at % slugs.length] as string;
      if (slug !== sparing) await clients.openRound(slug, 6 + randomInteger(random, 6));
      await wait(700);
    }
  })();
  const background = Promise.all([...doors, rounded]);

  const killed: Killed[] = [];
  const asked: Promise<unknown>[] = [];
  await until('there are answers to learn from', async () => slugs.every((slug) => ledger.entries('annotation').filter((each) => each.project === slug && each.outcome === 'acknowledged').length >= 6), 60);
  tell('there are answers to learn from');
  for (const plan of planKills(rounds, slugs, random)) {
    day += 1;
    sparing = plan.place === 'round' ? plan.project : '';
    killed.push(await killOnce({ house, ledger, stops, workflows, clients, projectId: projects.get(plan.project) ?? '', quietProject: quiet, random, asked }, plan));
  }
  tell('killed');
  posting = false;
  await background;
  await Promise.all(asked);
  asking = false;
  await Promise.all(annotators);
  const open = async (): Promise<number> => (await Promise.all([...projects.values()].map((id) => workflows.executions(`ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH '${id}/'`)))).flat().length;
  await until('every workflow has ended', async () => (await open()) === 0, 120).catch(() => undefined);
  tell('every workflow has ended');
  const findings = await checkAll({ house, ledger, workflows, projects });
  await print(killed, findings, workflows);
  console.log(`seed ${seed}, ${killed.length} kills, ledger ${ledger.file}: ${(performance.now() - from).toFixed(0)} ms`);
  expect(findings.flatMap(({ what, wrong }) => wrong.map((each) => `${what}: ${each}`))).toEqual([]);
  expect(killed.filter((each) => each.inFlight === 0 || each.steps.length === 0)).toEqual([]);
  const planted = await plantDamage(house, ledger);
  const found = await checkAll({ house, ledger, workflows, projects });
  for (const beginning of planted) expect(found.find(({ what }) => what.startsWith(beginning))?.wrong, beginning).not.toEqual([]);
  await Promise.all([stops.close(), workflows.close()]);
  ledger.close();
  // Kept where something was wrong, to be read.
  rmSync(dirname(ledger.file), { recursive: true });
}, (300 + 120 * rounds) * 1000);

/** A second model version in a project. */
async function learnMore(at: House, project: string, pictures: readonly Picture[]): Promise<void> {
  for (const picture of pictures) await at.send(`/v1/projects/${project}/images`, picture.bytes);
  await at.call('POST', `/v1/projects/${project}/labels/import`, z.unknown(), { labels: pictures.map(({ sha256, label }) => ({ sha256, className: label })) });
  const state = await awaitRetrain(at, project, await at.call('POST', `/v1/projects/${project}/retrains`, retrainStateSchema, { kind: 'light', reason: 'a second version' }));
  if (state.challenger !== 2) throw new Error(`no second model version: ${JSON.stringify(state)}`);
}

/** What was killed at what, and how it went on. */
async function print(killed: readonly Killed[], findings: readonly Finding[], workflows: WorkflowsSeen): Promise<void> {
  console.table(await Promise.all(killed.map(async ({ target, project, place, steps, inFlight, backMs, killedAt }) => {
    const last = steps[0] === undefined ? null : await workflows.lastTry(steps[0]);
    const again = last === null || last.startedAt <= killedAt ? '' : last.startedAt.getTime() - killedAt.getTime();
    return { target, project, place, step: steps.map(({ step }) => step).join(' '), inFlight, 'back ms': backMs, tries: last?.attempt ?? '', 'next try ms': again };
  })));
  console.table(findings.map(({ what, looked, wrong }) => ({ what, looked, wrong: wrong.length })));
}
