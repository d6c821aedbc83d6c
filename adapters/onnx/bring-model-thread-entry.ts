// What runs in the thread of `model-importer.ts`: one request in, one answer out. It is a program, not a module to import.
import { parentPort, workerData } from 'node:worker_threads';
import { isPerennialError } from '../../domain/errors.ts';
import { bringModel, type BringRequest } from './bring-model.ts';

try {
  parentPort?.postMessage({ model: await bringModel(workerData as BringRequest) });
} catch (error) {
  const refused = isPerennialError(error) ? { code: error.code, message: error.message, details: error.details } : null;
  parentPort?.postMessage({ refused, why: error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error) });
}
