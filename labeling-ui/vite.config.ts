import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressBuild } from './compress-build.ts';
import { earlyScript } from './early-script.ts';

const api = process.env['PERENNIAL_API_URL'] ?? 'http://localhost:7400';
// The api takes writes from its own origin alone: towards it, the development server speaks as that origin.
const toApi = { target: api, changeOrigin: true, headers: { origin: new URL(api).origin } };

// What every page needs is one file and not twenty: a browser fetches six at a time.
const base = { name: 'base', test: /node_modules[\\/](react|react-dom|scheduler|use-sync-external-store|@tanstack|zod|clsx|@mantine[\\/]hooks)[\\/]|labeling-ui[\\/]src[\\/](messages[\\/](?!es)|api-client|services|theme|features[\\/]session)|[\\/](contracts|domain)[\\/]/ };

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react(), earlyScript(), compressBuild()],
  // Inlined files would be data: addresses, which the content security policy does not let fonts and scripts come from.
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, rolldownOptions: { input: { index: join(import.meta.dirname, 'index.html'), early: join(import.meta.dirname, 'src', 'early.ts') }, output: { codeSplitting: { groups: [base] } } } },
  server: { host: '127.0.0.1', port: 5173, proxy: { '/v1': toApi, '/api': toApi } },
});
