import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env['PERENNIAL_API_URL'] ?? 'http://localhost:7400';
// The api takes writes from its own origin alone: towards it, the development server speaks as that origin.
const toApi = { target: api, changeOrigin: true, headers: { origin: new URL(api).origin } };

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  // Inlined files would be data: addresses, which the content security policy does not let fonts and scripts come from.
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { host: '127.0.0.1', port: 5173, proxy: { '/v1': toApi, '/api': toApi } },
});
