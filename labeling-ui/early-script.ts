import type { Plugin } from 'vite';

interface Chunk { readonly type: 'chunk'; readonly name: string; readonly fileName: string; readonly imports: readonly string[] }
type Bundle = Readonly<Record<string, Chunk | { readonly type: 'asset' }>>;

/** A chunk by name, and all that it cannot run without. */
function filesOf(bundle: Bundle, name: string): string[] {
  const first = Object.values(bundle).find((each): each is Chunk => each.type === 'chunk' && each.name === name);
  if (first === undefined) throw new Error(`There is no script ${name} in this build.`);
  const needed = new Set<string>();
  const need = (file: string): void => {
    const chunk = bundle[file];
    if (needed.has(file) || chunk?.type !== 'chunk') return;
    needed.add(file);
    chunk.imports.forEach(need);
  };
  need(first.fileName);
  return [...needed];
}

/** Puts `src/early.ts` before everything else in the page, as a file of its own: merged with the rest it would wait for the rest. */
export function earlyScript(): Plugin {
  return {
    name: 'early-script',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        if (bundle === undefined) return [{ tag: 'script', attrs: { type: 'module', src: '/src/early.ts' }, injectTo: 'head-prepend' }];
        const files = bundle as unknown as Bundle;
        const [early, ...more] = filesOf(files, 'early');
        if (more.length > 0) throw new Error('early.ts must not import anything: it would wait for it');
        const always = new Set(filesOf(files, 'index'));
        const review = filesOf(files, 'review-page').filter((file) => !always.has(file)).map((file) => `/${file}`);
        return [{ tag: 'script', attrs: { type: 'module', src: `/${early}`, 'data-review': review.join(' ') }, injectTo: 'head-prepend' }];
      },
    },
  };
}
