import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Smaller than this, a file fits one packet as it is. */
const bytesMin = 1_024;

/** Writes every script and style sheet of a build a second and a third time, compressed: the api sends the form that the browser takes. */
export function compressBuild(): Plugin {
  return {
    name: 'compress-build', apply: 'build',
    writeBundle({ dir = '' }) {
      for (const name of readdirSync(join(dir, 'assets')).filter((each) => /\.(js|css|svg)$/.test(each))) {
        const file = join(dir, 'assets', name);
        const bytes = readFileSync(file);
        if (bytes.length < bytesMin) continue;
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}
