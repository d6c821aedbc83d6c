import type { ProjectApi } from '../../cli/api.ts';
import { inFlight } from '../../cli/in-flight.ts';
import type { KnownEmbedding } from './everything.ts';
import type { LoadedStream } from './load.ts';
import type { PlannedImage } from './plan.ts';

const IN_FLIGHT = 2;
export interface AskDeps {
  readonly api: Pick<ProjectApi, 'tryImage'>;
  readonly stream: LoadedStream;
  readonly classIdOf: (label: string) => number;
  readonly progress: () => void;
}
/** One entry an image asked, in the order of the images: whether the answer was right. */
export interface Asked {
  readonly hits: readonly boolean[];
}

/**
 * Asks a model version without leaving a trace in the system.
 * @param modelVersion undefined asks the champion
 */
export async function ask(deps: AskDeps, images: readonly PlannedImage[], modelVersion?: number): Promise<Asked> {
  const hits = Array.from<boolean>({ length: images.length });
  await inFlight(images, IN_FLIGHT, async (image, at) => {
    const reply = await deps.api.tryImage(await deps.stream.bytesOf(image), { modelVersion });
    hits[at] = reply.top.classId === deps.classIdOf(image.label);
    deps.progress();
  });
  return { hits };
}

/** The same, and each image's embedding with its true class, in the order of the images. */
export async function askWithEmbeddings(deps: AskDeps, images: readonly PlannedImage[], modelVersion?: number): Promise<Asked & { readonly known: readonly KnownEmbedding[] }> {
  const known = Array.from<KnownEmbedding>({ length: images.length });
  const hits = Array.from<boolean>({ length: images.length });
  await inFlight(images, IN_FLIGHT, async (image, at) => {
    const reply = await deps.api.tryImage(await deps.stream.bytesOf(image), { modelVersion, embedding: 'yes' });
    if (reply.embedding === undefined) throw new Error('The server left out the embedding that was asked for.');
    const classId = deps.classIdOf(image.label);
    hits[at] = reply.top.classId === classId;
    known[at] = { embedding: Float32Array.from(reply.embedding), classId, group: image.group };
    deps.progress();
  });
  return { hits, known };
}
