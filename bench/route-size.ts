import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

interface Chunk { readonly type: 'chunk'; readonly fileName: string; readonly code: string; readonly isEntry: boolean; readonly facadeModuleId: string | null; readonly imports: readonly string[] }
interface Asset { readonly type: 'asset'; readonly fileName: string; readonly source: string | Uint8Array }
type Output = { readonly output: readonly (Chunk | Asset)[] };

export interface RouteSize { readonly file: string; readonly bytes: number; readonly compressedBytes: number }

/** Builds the pages in memory and tells which scripts the page of this name loads before it can be used, each with its size under gzip. */
export async function measureRoute(page: string): Promise<readonly RouteSize[]> {
  const root = join(import.meta.dirname, '..', 'labeling-ui');
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    const built = (await build({ configFile: join(root, 'vite.config.ts'), mode: 'production', logLevel: 'silent', build: { write: false } })) as unknown as Output | readonly Output[];
    const chunks = new Map([built].flat().flatMap(({ output }) => output).filter((each) => each.type === 'chunk').map((chunk) => [chunk.fileName, chunk]));
    const starts = [...chunks.values()].filter((chunk) => chunk.isEntry || chunk.facadeModuleId?.endsWith(`/src/pages/${page}.tsx`) === true);
    if (starts.length < 2) throw new Error(`There is no page ${page}.`);
    const needed = new Set<string>();
    const need = (file: string): void => {
      if (needed.has(file)) return;
      needed.add(file);
      chunks.get(file)?.imports.forEach(need);
    };
    for (const { fileName } of starts) need(fileName);
    return [...needed].map((file) => {
      const code = chunks.get(file)?.code;
      if (code === undefined) throw new Error(`${file} is no script of this build.`);
      return { file, bytes: Buffer.byteLength(code), compressedBytes: gzipSync(code, { level: 9 }).length };
    }).toSorted((a, b) => b.compressedBytes - a.compressedBytes);
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
}

/** What the scripts of the review page may weigh, compressed. */
export const reviewRouteBytesMax = 250_000;
