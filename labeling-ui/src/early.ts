/**
 * Runs before the rest of the pages has arrived, and imports nothing: on the review page it asks who is here, takes the first items
 * and fetches the first pictures while the scripts are still on their way. Whoever sends the same request first gets its answer.
 */
export interface EarlyRequest { readonly body: string | null; readonly answer: Promise<Response> }
declare global { var perennialEarly: Map<string, EarlyRequest> | undefined }

/** So few that they are there soon; the rest follows once these are shown. */
const firstCount = 8;
const pictures = 2;

function ask(url: string, body: string | null): Promise<Response> {
  const answer = fetch(url, { method: body === null ? 'GET' : 'POST', credentials: 'same-origin', headers: { accept: 'application/json', ...(body !== null && { 'content-type': 'application/json' }) }, body, signal: AbortSignal.timeout(20_000) });
  answer.catch(() => undefined);
  globalThis.perennialEarly?.set(url, { body, answer });
  return answer;
}

const [, project] = /^\/p\/([^/]+)\/review\/?$/.exec(location.pathname) ?? [];
if (project !== undefined) {
  globalThis.perennialEarly = new Map();
  void ask('/v1/me', null);
  if (!/[?&]view=/.test(location.search)) {
    void ask(`/v1/projects/${project}/review/claims`, JSON.stringify({ count: firstCount, holding: [] })).then(async (answer) => {
      const { items } = (await answer.clone().json()) as { items: readonly { images: { thumbnail: string; fitted: string } }[] };
      for (const { images } of items.slice(0, pictures)) for (const url of [images.thumbnail, images.fitted]) new Image().src = url;
    }).catch(() => undefined);
  }
  // The build writes here which scripts the review page needs beside those of every page.
  for (const href of (document.querySelector<HTMLElement>('script[data-review]')?.dataset['review'] ?? '').split(' ').filter((each) => each !== '')) {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href, crossOrigin: 'anonymous' }));
  }
}
