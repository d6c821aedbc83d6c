import { Client, Connection, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { PerennialError } from '../../domain/errors.ts';

export interface TemporalAddress {
  readonly address: string;
  readonly namespace: string;
}

/**
 * A client that connects at its first use and again after a failure, so that a process that needs Temporal now and then
 * starts without it.
 */
export function createLazyClient({ address, namespace }: TemporalAddress): { use<T>(work: (client: Client) => Promise<T>): Promise<T>; close(): Promise<void> } {
  let opened: Promise<{ client: Client; connection: Connection }> | null = null;
  const open = (): Promise<{ client: Client; connection: Connection }> => {
    opened ??= Connection.connect({ address, connectTimeout: '3 seconds' }).then((connection) => ({ connection, client: new Client({ connection, namespace }) }));
    return opened;
  };
  return {
    async use(work) {
      try {
        return await work((await open()).client);
      } catch (error) {
        throw translate(error, () => { opened = null; });
      }
    },
    async close() {
      const was = opened;
      opened = null;
      await was?.then(({ connection }) => connection.close()).catch(() => undefined);
    },
  };
}

const gone = new Set([4, 14]); // DEADLINE_EXCEEDED, UNAVAILABLE
const notFound = 5;

function translate(error: unknown, forget: () => void): unknown {
  if (error instanceof PerennialError) return error;
  if (error instanceof WorkflowNotFoundError) return new PerennialError('REQUEST_NOT_FOUND', undefined, {}, { cause: error });
  if (isGrpcServiceError(error)) {
    if (error.code === notFound) return new PerennialError('REQUEST_NOT_FOUND', undefined, {}, { cause: error });
    if (gone.has(error.code)) return new PerennialError('WORKFLOWS_UNAVAILABLE', undefined, {}, { cause: error });
    return error;
  }
  if (error instanceof Error && /connect|UNAVAILABLE|transport/i.test(error.message)) {
    forget();
    return new PerennialError('WORKFLOWS_UNAVAILABLE', undefined, {}, { cause: error });
  }
  return error;
}
