import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `through`: as if it were not there; `gone`: connections break; `full`: nothing more is stored; `silent`: no answer comes. */
export type StoreMood = 'through' | 'gone' | 'full' | 'silent';

export interface StoreInBetween {
  readonly endpoint: string;
  mood: StoreMood;
  stop(): Promise<void>;
}

const noRoom = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>XMinioStorageFull</Code><Message>Storage backend has reached its minimum free drive threshold.</Message></Error>';

/** Stands between a process and the real object store, and can take it away. What is passed on stays as it was signed. */
export async function standBeforeStore(endpoint: string): Promise<StoreInBetween> {
  const server = createServer((incoming, outgoing) => {
    if (between.mood === 'gone') return void incoming.socket.destroy();
    if (between.mood === 'silent') return void incoming.resume();
    if (between.mood === 'full' && incoming.method === 'PUT') {
      incoming.resume();
      return void outgoing.writeHead(507, { 'content-type': 'application/xml' }).end(noRoom);
    }
    const onward = request(new URL(incoming.url ?? '/', endpoint), { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const between: StoreInBetween = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mood: 'through',
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => { server.close(resolve); });
    },
  };
  return between;
}
