import { setTimeout as wait } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { retrainStateSchema, promotionSchema } from '../contracts/models.ts';
import { predictionSchema } from '../contracts/predictions.ts';
import { apiKeyReplySchema } from '../contracts/projects.ts';
import { annotateReplySchema, claimReplySchema, openRoundReplySchema } from '../contracts/reviews.ts';
import { type Random, randomInteger } from '../statistics/random.ts';
import type { House } from './house.ts';
import type { Door, Entry, Ledger } from './ledger.ts';
import type { Picture } from './seeded.ts';

/** Longer than anything may take: a step of a killed worker is given out again within its heartbeat's time. */
const patienceMs = 150_000;
/** One try may wait for a round to be collected by a worker that was killed meanwhile. */
const tryMs = 90_000;

const problemSchema = z.looseObject({ code: z.string() });

export interface Clients {
  /** Sends pictures one after another until told to stop. */
  post(door: Door, random: Random, stopped: () => boolean): Promise<void>;
  /** Answers what is open in a project until told to stop, then what is still open. */
  annotate(project: string, stopped: () => boolean): Promise<void>;
  openRound(project: string, itemsMax: number): Promise<void>;
  retrain(project: string): Promise<void>;
  promote(project: string, number: number): Promise<void>;
  rollBack(project: string): Promise<void>;
}

const sequenceOf = (given: unknown) => ({ sequence: String(promotionSchema.parse(given).sequence) });

interface Answer { readonly status: number; readonly json: unknown }

export function createClients({ house, ledger, projects, pictures, dayOf }: { house: House; ledger: Ledger; projects: readonly string[]; pictures: readonly Picture[]; dayOf: () => string }): Clients {
  const truths = new Map<string, string>();
  const address = (door: Door): string => (door === 'api' ? house.url : house.servingUrl);
  const headersOf = (key: string, secret = house.key) => ({ 'x-api-key': secret, 'idempotency-key': key });
  const json = (key: string, body: object, secret?: string): RequestInit => ({ method: 'POST', headers: { ...headersOf(key, secret), 'content-type': 'application/json' }, body: JSON.stringify(body) });

  /** Asks until there is an answer, always with the same key, as a client must that was never told. */
  async function insist(entry: Entry, path: string, init: RequestInit, idsOf: (reply: unknown) => Record<string, string>): Promise<unknown> {
    for (const end = Date.now() + patienceMs; Date.now() < end;) {
      ledger.tried(entry);
      const answer = await ask(`${address(entry.door)}${path}`, init);
      if (typeof answer === 'string') ledger.failed(entry, answer);
      else if (answer.status < 300) {
        ledger.acknowledged(entry, idsOf(answer.json));
        return answer.json;
      } else {
        const code = problemSchema.safeParse(answer.json).data?.code ?? String(answer.status);
        if (answer.status < 500 && code !== 'IDEMPOTENCY_IN_PROGRESS') {
          ledger.refused(entry, code);
          return null;
        }
        ledger.failed(entry, code);
      }
      await wait(250);
    }
    return null;
  }

  const enter = (effect: Entry['effect'], project: string, door: Door, about: Record<string, string>): Entry => ledger.send({ key: uuidv7(), effect, project, door, about });

  return {
    async post(door, random, stopped) {
      while (!stopped()) {
        const project = projects[randomInteger(random, projects.length)] as string;
        const picture = pictures[randomInteger(random, pictures.length)] as Picture;
        const entry = enter('prediction', project, door, { sha256: picture.sha256 });
        const query = new URLSearchParams({ capturedAt: `${dayOf()}T12:00:00.000Z` });
        const init = { method: 'POST', headers: { ...headersOf(entry.key), 'content-type': 'image/jpeg' }, body: Buffer.from(picture.bytes) };
        const reply = await insist(entry, `/v1/projects/${project}/predictions?${query}`, init, (given) => {
          const { id, imageId, arrivalId, sha256 } = predictionSchema.parse(given);
          return { id, imageId, arrivalId, sha256 };
        });
        if (reply !== null) truths.set(predictionSchema.parse(reply).imageId, picture.label);
        await wait(80 + 120 * random());
      }
    },

    async annotate(project, stopped) {
      const { secret } = await house.call('POST', `/v1/projects/${project}/api-keys`, apiKeyReplySchema, { name: 'annotator', role: 'annotator' });
      for (;;) {
        const last = stopped();
        const claimed = await ask(`${house.url}/v1/projects/${project}/review/claims`, json(uuidv7(), { count: 4 }, secret));
        const claims = typeof claimed === 'string' ? undefined : claimReplySchema.safeParse(claimed.json).data;
        for (const item of claims?.items ?? []) {
          const label = truths.get(item.imageId) ?? '';
          const classId = claims?.classes.find((each) => each.name === label)?.classId ?? 0;
          const entry = enter('annotation', project, 'api', { itemId: item.id, classId: String(classId) });
          await insist(entry, `/v1/projects/${project}/review/items/${item.id}/annotations`, json(uuidv7(), { key: entry.key, fence: item.fence, kind: 'class', classId }, secret), (given) => ({ ...annotateReplySchema.parse(given) }));
        }
        if (last && claims?.items.length === 0) return;
        if (claims === undefined || claims.items.length === 0) await wait(400);
      }
    },

    async openRound(project, itemsMax) {
      const entry = enter('round', project, 'api', {});
      await insist(entry, `/v1/projects/${project}/rounds`, json(entry.key, { reason: 'kills', itemsMax }), (reply) => ({ roundId: openRoundReplySchema.parse(reply).round?.id ?? '' }));
    },

    async retrain(project) {
      const entry = enter('retrain', project, 'api', {});
      await insist(entry, `/v1/projects/${project}/retrains`, json(entry.key, { kind: 'light', reason: 'kills' }), (reply) => ({ workflowRunId: retrainStateSchema.parse(reply).id }));
    },

    async promote(project, number) {
      const entry = enter('promotion', project, 'api', { number: String(number) });
      await insist(entry, `/v1/projects/${project}/model-versions/${number}/promotion`, json(entry.key, { reason: 'kills' }), sequenceOf);
    },

    async rollBack(project) {
      const entry = enter('promotion', project, 'api', {});
      await insist(entry, `/v1/projects/${project}/rollback`, json(entry.key, { reason: 'kills' }), sequenceOf);
    },
  };
}

/** One try: an answer, or why there was none. */
async function ask(url: string, init: RequestInit): Promise<Answer | string> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(tryMs) });
    return { status: response.status, json: await response.json() };
  } catch (error) {
    return error instanceof Error ? (error.cause instanceof Error ? error.cause.message || error.cause.name : error.message) : String(error);
  }
}
