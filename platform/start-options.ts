import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { oneLine, setupFailed } from './setup-error.ts';

export type StartOptions = { help: boolean; onlyServices: boolean; dataFolder?: string };

export const helpText = `Brings Perennial up on this machine, and takes it down again at Ctrl-C.

  npm start                          everything, with the demo project
  npm start -- --data FOLDER         a project from your own images, FOLDER/<class>/*.jpg
  npm start -- --only-services       Postgres, object store, Temporal and MLflow alone
  npm start -- --help                this text

State lies in .perennial/ (logs in .perennial/logs, fetched programs in .perennial/tools).
To use services of your own, set DATABASE_URL (and MIGRATION_DATABASE_URL for a role that may change the schema),
S3_ENDPOINT with S3_ACCESS_KEY and S3_SECRET_KEY, TEMPORAL_ADDRESS, MLFLOW_TRACKING_URI.
To fix a port, set API_PORT, SERVING_PORT, POSTGRES_PORT, S3_PORT, TEMPORAL_PORT, TEMPORAL_UI_PORT or MLFLOW_PORT.
A file .env is read where there is one.`;

/**
 * @param args what stands behind `npm start --`
 * @param standingIn the folder in which a person called it, for relative paths
 * @throws PerennialError SETUP_FAILED for an option or a folder that there is not
 */
export function readStartOptions(args: readonly string[], standingIn: string): StartOptions {
  const values = parse(args);
  const dataFolder = values.data === undefined ? undefined : resolve(standingIn, values.data);
  if (dataFolder !== undefined && !(existsSync(dataFolder) && statSync(dataFolder).isDirectory())) {
    throw setupFailed(`There is no folder ${dataFolder}: --data wants a folder with one subfolder of images for each class.`);
  }
  return { help: values.help ?? false, onlyServices: values['only-services'] ?? false, dataFolder };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { data: { type: 'string' }, help: { type: 'boolean', short: 'h' }, 'only-services': { type: 'boolean' } } }).values;
  } catch (error) {
    throw setupFailed(`${oneLine(error).split('. ')[0]}: npm start -- --help shows what there is.`);
  }
}
