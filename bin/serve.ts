import { createServer } from 'node:http';
import { buildServing } from './composition/serving.ts';
import { collectAfterStart } from './composition/shared.ts';
import { readConfig, serveConfig } from './config.ts';

/** The longest that requests under way are waited for at the end, and the longest that ending may take. */
const drainMs = 18_000;
const stopMs = 23_000;

const config = readConfig(serveConfig, process.env);
const serving = buildServing(config);
const server = createServer({ headersTimeout: 15_000, requestTimeout: 120_000, connectionsCheckingInterval: 5_000, maxHeaderSize: 16_384 }, serving.app);
server.maxConnections = 2_000;
// Longer than the pools of clients and proxies keep a connection: who closes first loses no request.
server.keepAliveTimeout = 75_000;
server.listen(config.SERVING_PORT, config.SERVING_HOST, () => { serving.logger.info({ host: config.SERVING_HOST, port: config.SERVING_PORT }, 'serving'); });
await serving.start();
collectAfterStart();

let stopping = false;
/** No new connection or work; what runs is answered; then everything is let go. */
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  serving.logger.info('stopping');
  serving.refuse();
  setTimeout(() => process.exit(1), stopMs).unref();
  const closed = new Promise<void>((resolve) => { server.close(() => resolve()); });
  // A connection that is answered only now is idle only then, and would be waited for as long as its client keeps it.
  setInterval(() => { server.closeIdleConnections(); }, 50).unref();
  await Promise.race([closed, new Promise((resolve) => { setTimeout(resolve, drainMs); })]);
  await serving.close();
  process.exit(0);
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
