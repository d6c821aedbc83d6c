import pg from 'pg';

/**
 * Places at which a step can be made to stand still: the write of a record waits for a lock that a test holds. The product
 * knows nothing of it: triggers of the database's owner do it.
 */
const places = {
  round: ['ReviewRound', 'INSERT'],
  dataset: ['DatasetVersion', 'INSERT'],
  run: ['Run', 'INSERT'],
  'end of run': ['Run', 'UPDATE'],
  'model version': ['ModelVersion', 'INSERT'],
  'gate report': ['GateReport', 'INSERT'],
  promotion: ['Promotion', 'INSERT'],
  /** The api has done what a key asked, and not yet stored the reply. */
  reply: ['KeyedReply', 'UPDATE'],
} as const;
export type Place = keyof typeof places;

/** Set apart from the product's own locks, which are of one number. */
const lockSpace = 7300;

/** A place in one project; what is of no project is held for all. */
export interface Stop {
  readonly place: Place;
  readonly projectId: string;
}

export interface Stops {
  /** From now on a step that comes to the place waits there. */
  hold(stop: Stop): Promise<void>;
  /** How many steps stand there now. */
  waiting(stop: Stop): Promise<number>;
  release(stop: Stop): Promise<void>;
  close(): Promise<void>;
}

export async function createStops(ownerUrl: string): Promise<Stops> {
  const client = new pg.Client({ connectionString: ownerUrl });
  client.on('error', () => {});
  await client.connect();
  await client.query(`CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(${lockSpace}, hashtext(TG_ARGV[0] || COALESCE(to_jsonb(NEW) ->> 'projectId', ''))); RETURN NEW; END $$`);
  for (const [place, [table, act]] of Object.entries(places)) {
    await client.query(`CREATE TRIGGER "stand still at ${place}" BEFORE ${act} ON "${table}" FOR EACH ROW EXECUTE FUNCTION stand_still('${place}')`);
  }
  const nameOf = ({ place, projectId }: Stop): string => `${place}${place === 'reply' ? '' : projectId}`;
  return {
    async hold(stop) { await client.query(`SELECT pg_advisory_lock(${lockSpace}, hashtext($1))`, [nameOf(stop)]); },
    async waiting(stop) {
      const waits = `SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND classid = ${lockSpace} AND objid = (hashtext($1)::bigint & 4294967295)::oid AND NOT granted`;
      return (await client.query<{ n: number }>(waits, [nameOf(stop)])).rows[0]?.n ?? 0;
    },
    async release(stop) { await client.query(`SELECT pg_advisory_unlock(${lockSpace}, hashtext($1))`, [nameOf(stop)]); },
    close: () => client.end(),
  };
}
