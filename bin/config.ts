import { z } from 'zod';
import { PerennialError } from '../domain/errors.ts';

/** Secrets are made at install; a known, empty or short one stops the start. */
const secret = z.string().min(24, 'at least 24 characters').refine((s) => !/change.?me|secret|password|example/i.test(s) && new Set(s).size > 6, 'looks like a placeholder');
const port = z.coerce.number().int().min(1).max(65535);
const threads = z.coerce.number().int().min(1).max(256);

const common = {
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  S3_ENDPOINT: z.url({ protocol: /^https?$/ }),
  S3_ACCESS_KEY: z.string().min(3),
  S3_SECRET_KEY: z.string().min(8),
  S3_BUCKET: z.string().min(3).default('perennial'),
  S3_REGION: z.string().default('us-east-1'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Folder for caches that may be thrown away. */
  PERENNIAL_CACHE_DIR: z.string().default('.perennial/cache'),
};

/** For tests alone: a folder in which a file of a failpoint's name has the process kill itself there, once. */
const failpoints = {
  NODE_ENV: z.string().optional(),
  PERENNIAL_FAILPOINTS: z.string().min(1).optional(),
};
const failpointsInTestsAlone = ({ NODE_ENV, PERENNIAL_FAILPOINTS }: { NODE_ENV?: string | undefined; PERENNIAL_FAILPOINTS?: string | undefined }): boolean => PERENNIAL_FAILPOINTS === undefined || NODE_ENV === 'test';
const refused = { path: ['PERENNIAL_FAILPOINTS'], message: 'only where NODE_ENV is test' };

export const apiConfig = z.object({
  ...common,
  ...failpoints,
  API_HOST: z.string().default('127.0.0.1'),
  API_PORT: port.default(7300),
  /** The address people and cameras use; Host and Origin are held against it. */
  PUBLIC_URL: z.url().default('http://localhost:7300'),
  SERVING_URL: z.url().default('http://127.0.0.1:7301'),
  AUTH_SECRET: secret,
  TEMPORAL_ADDRESS: z.string().min(1).default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  MLFLOW_TRACKING_URI: z.url().optional(),
  /** Where people reach MLflow, for links to runs; the tracking address where left out. */
  MLFLOW_PUBLIC_URL: z.url().optional(),
  /** The built labelling pages. */
  UI_DIR: z.string().default('labeling-ui/dist'),
}).refine(failpointsInTestsAlone, refused);

export const serveConfig = z.object({
  ...common,
  SERVING_HOST: z.string().default('127.0.0.1'),
  SERVING_PORT: port.default(7301),
  /** Inference threads, each with a session of its own; 0 is one less than there are cores, at least 1 and at most 4. */
  SERVING_THREADS: z.coerce.number().int().min(0).max(256).default(0),
  /** With it serving believes what the api signed about who asks. */
  AUTH_SECRET: secret.optional(),
  /** The default backbone file, made by the platform's set-up. */
  BACKBONE_FILE: z.string().optional(),
  BATCH_SIZE_MAX: z.coerce.number().int().min(1).max(256).default(4),
  BATCH_DELAY_MS_MAX: z.coerce.number().min(0).max(1000).default(4),
  /** `yes`: pictures are decoded in a process of their own, so that one made to bring a decoder down takes nothing else with it. */
  DECODE_IN_CHILD: z.enum(['yes', 'no']).default('yes'),
  QUEUE_LENGTH_MAX: z.coerce.number().int().min(1).default(256),
});

export const workerConfig = z.object({
  ...common,
  ...failpoints,
  TEMPORAL_ADDRESS: z.string().min(1).default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  MLFLOW_TRACKING_URI: z.url().optional(),
  /** The default backbone file, made by the platform's set-up. */
  BACKBONE_FILE: z.string().optional(),
  TRAINING_THREADS: threads.default(2),
}).refine(failpointsInTestsAlone, refused);

/**
 * Reads a process's environment once. This is the one place that does.
 * @throws PerennialError CONFIG_INVALID naming every bad variable at once, never its value
 */
export function readConfig<T extends z.ZodObject>(schema: T, environment: Readonly<Record<string, string | undefined>>): z.output<T> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const bad = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new PerennialError('CONFIG_INVALID', `The environment has ${bad.length} bad variable${bad.length === 1 ? '' : 's'}:\n  ${bad.join('\n  ')}`);
}
