import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { UsageError } from './failures.ts';

const EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.webp']);
const DEPTH_MAX = 32;

export interface ImageFile {
  readonly path: string;
  /** The folder it lies in: the class, in a labelled folder. */
  readonly folder: string;
  /** Folder and file: what the server is told, which need not know this machine's folders. */
  readonly shortName: string;
}

/**
 * Image files under a path, by name; a path that is a file is returned as it is, whatever it is called.
 * @throws UsageError when there is nothing at the path
 */
export async function findImageFiles(path: string): Promise<ImageFile[]> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new UsageError(`There is no file or folder ${path}.`);
  if (found.isFile()) return [fileAt(path)];
  return walk(path, 0);
}

const fileAt = (path: string): ImageFile => ({ path, folder: basename(dirname(path)), shortName: `${basename(dirname(path))}/${basename(path)}`.slice(-500) });

async function walk(folder: string, depth: number): Promise<ImageFile[]> {
  if (depth > DEPTH_MAX) return [];
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const parts: ImageFile[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    // Links are not followed: a card with a loop in it must not keep the command busy for ever.
    if (entry.isDirectory()) parts.push(...(await walk(path, depth + 1)));
    else if (entry.isFile() && EXTENSIONS.has(extname(entry.name).toLowerCase())) parts.push(fileAt(path));
  }
  return parts;
}

/** Names of the class folders directly under a labelled folder, sorted. @throws UsageError when there are fewer than two */
export async function classFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => null);
  if (entries === null) throw new UsageError(`There is no folder ${folder}.`);
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name).sort();
  if (names.length < 2) throw new UsageError(`${folder} needs at least two subfolders, one a class: FOLDER/<class>/*.jpg.`);
  return names;
}

export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(path));
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The key of one file's import: the same file sent to the same project again has no second effect. */
export const importKey = (verb: string, project: string, sha256: string): string => `${verb}-${createHash('sha256').update(`${project}\n${sha256}`).digest('hex')}`;

/** Media type by the first bytes, since names lie; the server decides for itself. */
export function contentTypeOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg';
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return 'image/png';
  if (bytes[0] === 0x52 && bytes[8] === 0x57) return 'image/webp';
  return 'application/octet-stream';
}
