import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Listr, type ListrTask } from 'listr2';
import { beginServices, type ServiceName, serviceNames } from './all-services.ts';
import { ensureBackbone } from './backbone.ts';
import { ensureUi } from './build-ui.ts';
import type { PlatformContext, RunningService, Say } from './context.ts';
import { ensureDemoProject } from './demo-project.ts';
import { generateClient } from './generate-client.mjs';
import { migrate } from './migrate.ts';
import { describeProducts, type Products } from './products.ts';
import { setupFailed } from './setup-error.ts';
import type { StartOptions } from './start-options.ts';

const titles: Record<ServiceName, string> = { postgres: 'PostgreSQL', 'object-store': 'Object store', temporal: 'Temporal', mlflow: 'MLflow' };

export type BroughtUp = { services: RunningService[]; products: Products };

/**
 * The whole set-up as one list of steps, side by side where they can be.
 * @throws PerennialError SETUP_FAILED with the first step that could not be made ready; the caller stops the rest
 */
export async function bringUp(context: PlatformContext, options: StartOptions, interactive: boolean): Promise<BroughtUp> {
  const result: Result = { services: [] };
  const tasks = new Listr<undefined, 'default' | 'simple'>(
    [
      { title: 'Services and files', task: (_, task) => task.newListr([...serviceTasks(context, result), ...fileTasks(context, result, options)], { concurrent: true, rendererOptions: { collapseSubtasks: false } }) },
      { title: 'Database up to date', task: async (_, task) => (task.title = `Database up to date (${await bringDatabaseUp(context, result.services)})`) },
      ...(options.onlyServices ? [] : productTasks(context, result, options)),
      ...(options.onlyServices ? [{ title: 'MLflow answers', task: () => serviceOf(result.services, 'mlflow')?.whenReady }] : []),
    ],
    { renderer: interactive ? 'default' : 'simple', registerSignalListeners: false, rendererOptions: interactive ? { collapseErrors: false } : {} },
  );
  await tasks.run();
  const products = result.products ?? (await describeProducts(context, environmentOf(result)));
  writeProductEnvironment(context, products);
  return { services: result.services, products };
}

type Result = { services: RunningService[]; backbone?: string; products?: Products };
type Task = ListrTask<undefined>;

const serviceOf = (services: readonly RunningService[], name: ServiceName): RunningService | undefined => services.find((one) => one.name === name);

function serviceTasks(context: PlatformContext, result: Result): Task[] {
  const says = new Map<ServiceName, Say>();
  let begun: Map<ServiceName, Promise<RunningService>> | undefined;
  return serviceNames.map((name) => ({
    title: titles[name],
    task: async (_, task) => {
      says.set(name, (line) => (task.output = `${titles[name]}: ${line}`));
      begun ??= beginServices(context, serviceNames, (which) => (line) => says.get(which)?.(line));
      const service = await begun.get(name);
      if (service === undefined) return;
      result.services.push(service);
      task.title = `${service.detail} (${sourceWords[service.source]})`;
    },
  }));
}

const sourceWords = { environment: 'yours, by environment variable', path: 'on PATH', fetched: 'fetched' };

function fileTasks(context: PlatformContext, result: Result, options: StartOptions): Task[] {
  if (options.onlyServices) return [];
  return [
    {
      title: 'Backbone',
      task: async (_, task) => {
        const given = context.environment['BACKBONE_FILE'];
        result.backbone = given !== undefined && given !== '' ? given : (await ensureBackbone(context, (line) => (task.output = line))).path;
      },
    },
    { title: 'Pages', task: async (_, task) => void (await ensureUi(context, (line) => (task.output = line))) },
    {
      title: 'Database client',
      task: () => {
        const made = generateClient(context.root);
        if (made.outcome === 'failed') throw setupFailed(`The database client could not be made (${made.why}): run npm ci and start again.`);
      },
    },
  ];
}

async function bringDatabaseUp(context: PlatformContext, services: readonly RunningService[]): Promise<string> {
  const url = serviceOf(services, 'postgres')?.env['MIGRATION_DATABASE_URL'] ?? '';
  const applied = await migrate(url, join(context.root, 'prisma', 'migrations'));
  return applied.length === 0 ? 'nothing to do' : `applied ${applied.length}`;
}

function environmentOf(result: Result): Record<string, string> {
  return Object.assign({}, ...result.services.map((service) => service.env), result.backbone === undefined ? {} : { BACKBONE_FILE: result.backbone }) as Record<string, string>;
}

function productTasks(context: PlatformContext, result: Result, options: StartOptions): Task[] {
  return [
    {
      title: 'Serving, worker and API',
      task: async () => {
        result.products = await describeProducts(context, environmentOf(result));
        await Promise.all(result.products.specs.map((spec) => context.supervisor.start(spec)));
      },
    },
    { title: 'MLflow answers', task: () => serviceOf(result.services, 'mlflow')?.whenReady },
    {
      // Through the running product, as anybody would: what a person sees first was made the way they will make theirs.
      title: options.dataFolder === undefined ? 'Demo project' : `Project from ${options.dataFolder}`,
      task: async (_, task) => {
        task.title += ` (${await ensureDemoProject(result.products?.env ?? {}, { dataFolder: options.dataFolder })})`;
      },
    },
  ];
}

/** For the command line and for whoever runs one of the processes by hand: the same environment, readable by the owner alone. */
function writeProductEnvironment(context: PlatformContext, products: Products): void {
  const lines = Object.entries(products.env).filter(([name]) => name !== 'MIGRATION_DATABASE_URL').map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  writeFileSync(join(context.stateDir, 'product.env'), `${lines.join('\n')}\n`, { mode: 0o600 });
}
