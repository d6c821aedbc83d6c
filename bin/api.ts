import closeWithGrace from 'close-with-grace';
import { createApiServer } from '../api/server.ts';
import { buildApi } from './composition/api.ts';
import { collectAfterStart, main } from './composition/shared.ts';
import { apiConfig, readConfig } from './config.ts';

await main(async () => {
  const config = readConfig(apiConfig, process.env);
  const { app, logger, close } = buildApi(config);
  const server = createApiServer(app);
  server.listen(config.API_PORT, config.API_HOST, () => logger.info({ host: config.API_HOST, port: config.API_PORT }, 'api'));
  collectAfterStart();
  closeWithGrace({ delay: 25_000, logger: false }, async () => {
    await new Promise((resolve) => { server.close(resolve); server.closeIdleConnections(); });
    await close();
  });
});
