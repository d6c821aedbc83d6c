import type pg from 'pg';

export type Login = { role: string; password: string };

/** Lets a role sign in with this password and do nothing by itself; what it may do is said by the migrations, beside the tables. */
export async function ensureLogin(client: pg.Client, { role, password }: Login): Promise<void> {
  const known = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  const name = client.escapeIdentifier(role);
  if (known.rowCount === 0) await client.query(`CREATE ROLE ${name}`);
  await client.query(`ALTER ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${client.escapeLiteral(password)}`);
}

export async function ensureDatabase(client: pg.Client, database: string, owner: string): Promise<void> {
  const there = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
  if (there.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)} OWNER ${client.escapeIdentifier(owner)}`);
}

/** Role, password and database of a connection address. */
export function loginOf(connectionString: string): Login & { database: string } {
  const url = new URL(connectionString);
  return { role: decodeURIComponent(url.username), password: decodeURIComponent(url.password), database: url.pathname.slice(1) };
}
