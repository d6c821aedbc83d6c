// The other side of inference-thread.ts: holds the session and runs what it is sent, one batch after another.
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import { isPerennialError } from '../../domain/errors.ts';
import type { Backbone } from '../../domain/ports.ts';
import type { ThreadAnswer, ThreadLoad, ThreadRequest } from './inference-thread.ts';
import { createOnnxBackbone } from './onnx-backbone.ts';

const port = parentPort;
if (port === null) throw new Error('this file runs in a thread');

const refusal = (error: unknown): ThreadAnswer['refused'] =>
  isPerennialError(error) ? { code: error.code, message: error.message } : { code: 'MODEL_LOAD_FAILED', message: error instanceof Error ? error.message : String(error) };

/** The file's bytes live no longer than this function. */
async function load(): Promise<Backbone> {
  const [{ bytes, options }] = (await once(port!, 'message')) as [ThreadLoad];
  return createOnnxBackbone(bytes, options);
}

/** An idle thread collects nothing: what loading left, several times the file, would stay for as long as nobody asks. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

try {
  const backbone = await load();
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
  setTimeout(collectGarbage, 100);
} catch (error) {
  port.postMessage({ id: 0, refused: refusal(error) } satisfies ThreadAnswer);
}
