// The other side of inference-thread.ts: holds the session and runs what it is sent, one batch after another.
import { parentPort, workerData } from 'node:worker_threads';
import { isPerennialError } from '../../domain/errors.ts';
import { createOnnxBackbone } from './onnx-backbone.ts';
import type { ThreadAnswer, ThreadData, ThreadRequest } from './inference-thread.ts';

const { bytes, options } = workerData as ThreadData;
const port = parentPort;
if (port === null) throw new Error('this file runs in a thread');

const refusal = (error: unknown): ThreadAnswer['refused'] =>
  isPerennialError(error) ? { code: error.code, message: error.message } : { code: 'MODEL_LOAD_FAILED', message: error instanceof Error ? error.message : String(error) };

try {
  const backbone = await createOnnxBackbone(bytes, options);
  const { weightsDigest, preprocessing, dimensions } = backbone;
  port.on('message', async ({ id, inputs }: ThreadRequest) => {
    try {
      const answers = await backbone.run(inputs);
      port.postMessage({ id, answers } satisfies ThreadAnswer, answers.flatMap(({ embedding, logits }) => [embedding.buffer, ...(logits === null ? [] : [logits.buffer])]) as ArrayBuffer[]);
    } catch (error) {
      port.postMessage({ id, refused: refusal(error) } satisfies ThreadAnswer);
    }
  });
  port.postMessage({ id: 0, loaded: { weightsDigest, preprocessing, dimensions } } satisfies ThreadAnswer);
} catch (error) {
  port.postMessage({ id: 0, refused: refusal(error) } satisfies ThreadAnswer);
}
