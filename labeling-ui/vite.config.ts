import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { createFakeApi } from './dev/fake-api.ts';

/** `PERENNIAL_FAKE_API=1` answers from memory, so the pages can be worked on with nothing else running. */
function fakeApi(): Plugin {
  return {
    name: 'perennial-fake-api',
    apply: 'serve',
    configureServer(server) {
      const { handle } = createFakeApi();
      server.middlewares.use((request, response, next) => { handle(request, response).then((done) => { if (!done) next(); }).catch(next); });
    },
  };
}

const api = process.env['PERENNIAL_API_URL'] ?? 'http://127.0.0.1:7400';
// The api takes writes from its own origin alone: towards it, the development server speaks as that origin.
const toApi = { target: api, changeOrigin: true, headers: { origin: new URL(api).origin } };

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react(), ...(process.env['PERENNIAL_FAKE_API'] === '1' ? [fakeApi()] : [])],
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { host: '127.0.0.1', port: 5173, proxy: process.env['PERENNIAL_FAKE_API'] === '1' ? {} : { '/v1': toApi, '/api': toApi } },
});
