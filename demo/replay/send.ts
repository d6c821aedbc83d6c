import type { ProjectApi } from '../../cli/api.ts';
import { importInParts, waitForRetrain } from '../../cli/waits.ts';
import { Refusal } from '../../cli/failures.ts';
import { importKey, sha256Of } from '../../cli/image-files.ts';
import { inFlight } from '../../cli/in-flight.ts';
import type { LoadedStream } from './load.ts';
import type { PlannedImage } from './plan.ts';

const IN_FLIGHT = 2;
const IMAGES_PER_REQUEST = 32;

/** What was answered on arrival. */
export interface Arrived {
  readonly right: number;
  readonly of: number;
  readonly refused: number;
}

const outgoing = (image: PlannedImage, bytes: Uint8Array<ArrayBuffer>, key: string) => ({
  bytes, key, fileName: image.path, capturedAt: image.arrivesAt, ...(image.camera !== null && { camera: image.camera }), ...(image.burst !== null && { burst: image.burst }),
});

/**
 * The labelled start: stores the images with their labels and trains the first version.
 * @returns the number of the first champion
 * @throws Error when an image is refused or no champion comes of it
 */
export async function startCold(deps: { api: ProjectApi; project: string; stream: LoadedStream; progress: () => void; say: (line: string) => void }, images: readonly PlannedImage[]): Promise<number> {
  const { api, project, stream, progress, say } = deps;
  const labels: { sha256: string; className: string; group?: string }[] = [];
  await inFlight(images, IN_FLIGHT, async (image) => {
    const bytes = await stream.bytesOf(image);
    const sha256 = sha256Of(bytes);
    await api.storeImage(outgoing(image, bytes, importKey('image', project, sha256)));
    labels.push({ sha256, className: image.label, ...(image.burst !== null && { group: image.burst }) });
    progress();
  });
  const { unknownImages } = await importInParts(api, labels);
  if (unknownImages.length > 0) throw new Error(`${unknownImages.length} images were stored and then not found when their labels came.`);
  const started = await api.retrain({ kind: 'cold_start', reason: 'replay: labelled start' });
  const ended = await waitForRetrain(api, started, (step) => say(`  ${step}`), { pollMs: 500 });
  const { champion } = await api.show();
  if (champion === null) throw new Error(`The labelled start ended (${ended.state}) without a champion: ${ended.why ?? 'no reason was given'}.`);
  return champion.number;
}

/**
 * Posts images as they arrive and counts the right answers.
 * @param learn told the id and true class of every image that was taken
 */
export async function sendArrivals(
  deps: { api: Pick<ProjectApi, 'predictMany'>; project: string; stream: LoadedStream; progress: () => void },
  images: readonly PlannedImage[],
  classIdOf: (label: string) => number,
  learn: (imageId: string, classId: number) => void,
): Promise<Arrived> {
  const { api, project, stream } = deps;
  const requests = Array.from({ length: Math.ceil(images.length / IMAGES_PER_REQUEST) }, (_, at) => images.slice(at * IMAGES_PER_REQUEST, (at + 1) * IMAGES_PER_REQUEST));
  let [right, of, refused] = [0, 0, 0];
  await inFlight(requests, IN_FLIGHT, async (request) => {
    const parts = await Promise.all(request.map(async (image) => {
      const bytes = await stream.bytesOf(image);
      return outgoing(image, bytes, importKey('arrival', project, sha256Of(bytes)));
    }));
    const { results } = await api.predictMany(parts, importKey('arrivals', project, parts.map((part) => part.key).join('\n')));
    if (results.length !== request.length) throw new Refusal('REPLY_UNEXPECTED', 200, `${request.length} images were sent and ${results.length} answered.`);
    results.forEach((result, at) => {
      const truth = classIdOf((request[at] as PlannedImage).label);
      if (result.outcome === 'refused') refused += 1;
      else {
        learn(result.prediction.imageId, truth);
        of += 1;
        if (result.prediction.top.classId === truth) right += 1;
      }
      deps.progress();
    });
  });
  return { right, of, refused };
}
