import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { serviceNames } from '../platform/all-services.ts';
import { generateClient } from '../platform/generate-client.mjs';
import { prepareTemplate } from './fresh-database.ts';
import { startTestServices } from './services.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

declare module 'vitest' {
  interface ProvidedContext {
    /** Addresses of the services of this run, by the names that the product's processes read. */
    services: Record<string, string>;
  }
}

/** Starts the four real services once for a run, side by side, with a migrated template database. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const made = generateClient(root);
  if (made.outcome === 'failed') throw new Error(`The database client could not be made: ${made.why}`);
  // To run a few tests over and over, PERENNIAL_TEST_SERVICES=postgres starts that one alone.
  const wanted = process.env['PERENNIAL_TEST_SERVICES']?.split(',');
  const services = await startTestServices(serviceNames.filter((name) => wanted === undefined || wanted.includes(name)));
  try {
    const ownerUrl = services.env['MIGRATION_DATABASE_URL'];
    const template = ownerUrl === undefined ? undefined : await prepareTemplate(ownerUrl, join(root, 'prisma', 'migrations'));
    const env = { ...services.env, ...(template && { PERENNIAL_TEST_TEMPLATE: template.name }) };
    // Test files read it with inject('services'), code under test from process.env: they run in children of this process.
    Object.assign(process.env, env);
    project.provide('services', env);
    return async () => {
      await template?.drop();
      await services.stop();
    };
  } catch (error) {
    await services.stop();
    throw error;
  }
}
