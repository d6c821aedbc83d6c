import { closeSync, fdatasyncSync, mkdtempSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Door = 'api' | 'serving';
export type Effect = 'prediction' | 'annotation' | 'round' | 'retrain' | 'promotion';

/** One effect that a client asked for, under the key it chose. */
export interface Entry {
  readonly key: string;
  readonly effect: Effect;
  readonly project: string;
  readonly door: Door;
  /** What was sent, in ids and hashes. */
  readonly about: Readonly<Record<string, string>>;
  readonly tries: number;
  /** True from the first byte of a try to its answer or its failure. */
  readonly underWay: boolean;
  readonly outcome: 'sent' | 'acknowledged' | 'refused';
  /** The ids of the acknowledgement, or the code of the refusal. */
  readonly answer: Readonly<Record<string, string>>;
}

/** What clients sent and what they were told, on a disk that the product does not know. */
export interface Ledger {
  readonly file: string;
  send(entry: Pick<Entry, 'key' | 'effect' | 'project' | 'door' | 'about'>): Entry;
  tried(entry: Entry): void;
  failed(entry: Entry, why: string): void;
  acknowledged(entry: Entry, answer: Readonly<Record<string, string>>): void;
  refused(entry: Entry, code: string): void;
  entries(effect?: Effect): readonly Entry[];
  /** Requests that have no answer at this moment. */
  inFlight(door?: Door): readonly Entry[];
  close(): void;
}

/** Every line is on the disk before the client goes on: what it says happened did happen, whatever is killed next. */
export function createLedger(folder = mkdtempSync(join(tmpdir(), 'perennial-ledger-'))): Ledger {
  const file = join(folder, 'ledger.jsonl');
  const handle = openSync(file, 'a', 0o600);
  const entries = new Map<string, { -readonly [K in keyof Entry]: Entry[K] }>();
  const write = (line: object): void => {
    writeSync(handle, `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
    fdatasyncSync(handle);
  };
  const change = ({ key }: Entry, what: string, to: Partial<Entry>): void => {
    const entry = entries.get(key);
    if (entry === undefined) throw new Error(`the ledger has no ${key}`);
    Object.assign(entry, to);
    write({ what, key, ...to });
  };
  return {
    file,
    send(sent) {
      if (entries.has(sent.key)) throw new Error(`the key ${sent.key} was used before`);
      const entry: Entry = { ...sent, tries: 0, underWay: false, outcome: 'sent', answer: {} };
      entries.set(sent.key, entry);
      write({ what: 'sent', ...sent });
      return entry;
    },
    tried: (entry) => change(entry, 'tried', { tries: entry.tries + 1, underWay: true }),
    failed: (entry, why) => {
      change(entry, `failed: ${why}`, { underWay: false });
    },
    acknowledged: (entry, answer) => change(entry, 'acknowledged', { underWay: false, outcome: 'acknowledged', answer }),
    refused: (entry, code) => change(entry, 'refused', { underWay: false, outcome: 'refused', answer: { code } }),
    entries: (effect) => [...entries.values()].filter((each) => effect === undefined || each.effect === effect),
    inFlight: (door) => [...entries.values()].filter((each) => each.underWay && (door === undefined || each.door === door)),
    close: () => closeSync(handle),
  };
}
