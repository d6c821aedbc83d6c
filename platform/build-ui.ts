import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformContext, Say } from './context.ts';
import { runTool } from './run-tool.ts';

/** What the pages are made of, relative to the checkout. */
const sources = ['labeling-ui', 'contracts', 'domain', 'package-lock.json'];

/** Builds the labelling pages when they were never built or are older than what they are made of. */
export async function ensureUi(context: PlatformContext, say: Say): Promise<'done' | 'skipped'> {
  const built = join(context.root, 'labeling-ui', 'dist', 'index.html');
  if (!existsSync(join(context.root, 'labeling-ui', 'index.html'))) return 'skipped';
  if (existsSync(built) && statSync(built).mtimeMs >= Math.max(...sources.map((path) => newest(join(context.root, path))))) return 'skipped';
  say('building the pages');
  await runTool(context, {
    command: process.execPath,
    args: [join(context.root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', 'labeling-ui'],
    env: { NODE_ENV: 'production' },
    log: 'set-up',
    doing: 'Building the pages',
    wayOut: 'run npm run build:ui to see all of it.',
  });
  return 'done';
}

/** Latest change in a file or a folder, in milliseconds; built and installed things do not count. */
function newest(path: string): number {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const inside = readdirSync(path).filter((name) => name !== 'dist' && name !== 'node_modules');
  return Math.max(0, ...inside.map((name) => newest(join(path, name))));
}
