import { z } from 'zod';
import { createDatabase } from '../adapters/postgres/connection.ts';
import { createPeopleRepository } from '../adapters/postgres/people-repository.ts';
import { main } from './composition/shared.ts';
import { readConfig } from './config.ts';

// What a machine's set-up asks of the database before anybody can sign in: `first-steps.ts invitation` prints the first
// admin's invitation while there is none, `first-steps.ts key` makes a key of role admin for the machine's own command line.
await main(async () => {
  const config = readConfig(z.object({ DATABASE_URL: z.string(), PUBLIC_URL: z.url() }), process.env);
  const database = createDatabase(config.DATABASE_URL, 1);
  const people = createPeopleRepository(database);
  const answer = async (): Promise<object> => {
    if (process.argv[2] === 'key') return people.createKey({ projectId: null, name: 'command line of this machine', role: 'admin', createdBy: 'set-up' });
    if (await people.adminExists()) return { exists: true };
    const { token, expiresAt } = await people.invite({ projectId: null, email: null, role: 'admin', invitedBy: null });
    return { url: `${config.PUBLIC_URL}/invite/${token}`, expiresAt: expiresAt.toISOString() };
  };
  console.log(JSON.stringify(await answer()));
  await database.$disconnect();
  process.exit(0);
});
