import type { Preprocessing } from './preprocessing.ts';
import type { ImageStatistics } from './prediction.ts';

/** The present moment, as an argument, so that tests and replays can move it. */
export interface Clock {
  now(): Date;
}

/** Makes UUIDv7 identifiers. */
export interface Ids {
  next(): string;
}

/** Chance, as an argument: uniform in [0, 1). */
export type Random = () => number;

/** Any S3-like store. Keys are made by the server, never by a caller. */
export interface ObjectStore {
  /** Writes bytes under a key; writing the same key again replaces it. */
  put(key: string, bytes: Uint8Array, mediaType?: string): Promise<void>;
  /** Writes only where nothing is; true when it wrote, false when the key was taken. */
  putIfAbsent(key: string, bytes: Uint8Array, mediaType?: string): Promise<boolean>;
  /** @throws PerennialError STORE_OBJECT_NOT_FOUND */
  get(key: string): Promise<Uint8Array>;
  exists(key: string): Promise<boolean>;
  /** Keys under a prefix, in order, a page at a time. */
  list(prefix: string): AsyncIterable<string>;
  remove(key: string): Promise<void>;
  /** Answers when the store does. @throws PerennialError STORE_UNAVAILABLE */
  check(): Promise<void>;
}

/** A picture that was decoded, with what is known of it. */
export interface ReadImage {
  readonly mediaType: 'image/jpeg' | 'image/png' | 'image/webp';
  /** Size after turning by EXIF orientation, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly statistics: ImageStatistics;
  readonly exif: {
    /** DateTimeOriginal as the camera wrote it, no zone. */
    readonly time: string | null;
    /** Offset from UTC where the camera wrote one, for instance +02:00. */
    readonly offset: string | null;
    readonly make: string | null;
    readonly model: string | null;
  };
}

/** Reads pictures. All methods refuse by code: IMAGE_EMPTY, IMAGE_UNSUPPORTED_TYPE, IMAGE_ANIMATED, IMAGE_TOO_LARGE, IMAGE_CORRUPT. */
export interface ImageReader {
  /** Decodes once and gives everything that arriving needs: facts, statistics and the model's input. */
  read(bytes: Uint8Array, preprocessing: Preprocessing): Promise<ReadImage & { readonly input: Float32Array }>;
  /** The model's input alone: float32 of 3·height·width values in the layout and order of the specification. */
  modelInput(bytes: Uint8Array, preprocessing: Preprocessing): Promise<Float32Array>;
  /** What the model's input is computed from, as a lossless picture: the window in red, green and blue, before scale, mean and order. Training reads it. */
  modelView(bytes: Uint8Array, preprocessing: Preprocessing): Promise<{ bytes: Uint8Array; width: number; height: number; mediaType: 'image/png' }>;
  /** A WebP view fitted into `sideMax` pixels, turned upright, metadata left out. */
  view(bytes: Uint8Array, sideMax: number): Promise<{ bytes: Uint8Array; width: number; height: number; mediaType: 'image/webp' }>;
}

/** A loaded backbone: pictures in, embeddings (and its own logits) out. */
export interface Backbone {
  readonly weightsDigest: string;
  readonly preprocessing: Preprocessing;
  readonly dimensions: number;
  /**
   * @param inputs one Float32Array of 3·H·W values an image
   * @returns one embedding (length `dimensions`) and, where the model has a classifier of its own, its logits, an image
   * @throws PerennialError MODEL_OUTPUT_NOT_FINITE
   */
  run(inputs: readonly Float32Array[]): Promise<readonly { embedding: Float32Array; logits: Float32Array | null }[]>;
  close(): Promise<void>;
}

/** The head of a model version: a small matrix on top of a backbone's embedding. */
export interface Head {
  /** Class ids in the order of the rows. */
  readonly classIds: readonly number[];
  readonly dimensions: number;
  /** classes × dimensions, row after row. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  /** Logits are divided by this before the softmax; > 0. */
  readonly temperature: number;
  /** Whether embeddings are scaled to length 1 (times `embeddingScale`) before the product. */
  readonly normalise: 'l2' | 'none';
  /** Class centroids of the training embeddings (unit length), classes × dimensions, for novelty; null where unknown. */
  readonly centroids: Float32Array | null;
}

/** What MLflow is to us: runs, artifacts, registered versions and aliases. */
export interface ModelRegistry {
  ensureModel(name: string): Promise<void>;
  startRun(run: { experiment: string; name: string; tags: Record<string, string>; startedAt: Date }): Promise<{ runId: string }>;
  logRun(runId: string, values: { parameters?: Record<string, string>; metrics?: Record<string, number>; tags?: Record<string, string>; step?: number }): Promise<void>;
  logDataset(runId: string, dataset: { name: string; digest: string; source: string; profile: string }): Promise<void>;
  putArtifact(runId: string, path: string, bytes: Uint8Array, mediaType?: string): Promise<void>;
  endRun(runId: string, status: 'FINISHED' | 'FAILED', endedAt: Date): Promise<void>;
  /** Makes a registered version in MLflow's own model layout, once for each `key` (a tag looked up first). */
  registerVersion(version: {
    model: string; runId: string; key: string; onnx: Uint8Array;
    input: { name: string; shape: readonly number[] }; outputs: readonly { name: string; shape: readonly number[] }[];
    tags: Record<string, string>; inputExample?: Float32Array;
  }): Promise<{ version: string; source: string }>;
  setAlias(model: string, alias: string, version: string): Promise<void>;
  /** The version behind an alias, null where there is none. */
  aliasOf(model: string, alias: string): Promise<string | null>;
  check(): Promise<void>;
}
