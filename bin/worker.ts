import { collectAfterStart, main } from './composition/shared.ts';
import { buildWorker } from './composition/worker.ts';
import { readConfig, workerConfig } from './config.ts';

await main(async () => {
  const { worker, logger, close } = await buildWorker(readConfig(workerConfig, process.env));
  logger.info('worker is ready');
  collectAfterStart();
  // The worker itself stops at SIGTERM: it takes no new tasks and ends the running ones within its grace time.
  await worker.run();
  await close();
  process.exit(0);
});
