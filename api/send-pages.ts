import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import express, { type Express, type Request, type RequestHandler } from 'express';

const types: Readonly<Record<string, string>> = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml' };
/** Best first: what the build wrote beside a file, and what a browser calls it. */
const forms = [{ ending: 'br', encoding: 'br' }, { ending: 'gz', encoding: 'gzip' }] as const;

/** The built pages: files that are there, scripts and styles compressed as the build wrote them; else the one page that knows its own addresses. */
export function sendPages(app: Express, uiDir: string): void {
  const root = resolve(uiDir);
  const index = join(root, 'index.html');
  if (!existsSync(index)) return;
  const assets = join(root, 'assets');
  app.use('/assets', sendCompressed(assets), express.static(assets, { immutable: true, maxAge: '1y', index: false, fallthrough: true }));
  app.use(express.static(root, { index: false, maxAge: 0 }));
  app.get('/*splat', (request, response, next) => {
    if (request.path.startsWith('/v1/') || request.path.startsWith('/assets/') || request.accepts('html') === false) return next();
    response.sendFile(index, { headers: { 'Cache-Control': 'no-cache' } });
  });
  app.get('/', (_request, response) => { response.sendFile(index, { headers: { 'Cache-Control': 'no-cache' } }); });
}

/** Sends the compressed form of a file where the build wrote one. Names come from the folder, never from the request. */
function sendCompressed(folder: string): RequestHandler {
  const there = new Set(existsSync(folder) ? readdirSync(folder) : []);
  return (request, response, next) => {
    const name = request.path.slice(1);
    const type = types[name.split('.').at(-1) ?? ''];
    if (type === undefined || !there.has(name) || !forms.some(({ ending }) => there.has(`${name}.${ending}`))) return next();
    response.vary('Accept-Encoding');
    const form = formFor(request, (ending) => there.has(`${name}.${ending}`));
    if (form === undefined) return next();
    response.sendFile(join(folder, `${name}.${form.ending}`), { immutable: true, maxAge: '1y', headers: { 'Content-Type': type, 'Content-Encoding': form.encoding } }, (error) => { if (error) next(error); });
  };
}

const formFor = (request: Request, has: (ending: string) => boolean): (typeof forms)[number] | undefined => forms.find(({ ending, encoding }) => has(ending) && request.acceptsEncodings(encoding) !== false);
