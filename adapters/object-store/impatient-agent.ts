import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Connections that are closed when nothing has come or gone over them for a while: a store that takes a request and never
 * answers would otherwise keep whoever waits for it, and every one after, for ever.
 * @param silenceMsMax also how long an unused connection is kept
 */
export function createImpatientAgent(secure: boolean, silenceMsMax: number): HttpAgent {
  const agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, timeout: silenceMsMax });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback);
    socket?.on('timeout', () => (socket as Duplex).destroy(new Error(`silent for ${silenceMsMax} ms`)));
    return socket;
  };
  // A store may ask that an unused connection is given up sooner; that time is not meant for one in use.
  const reuse = agent.reuseSocket.bind(agent);
  agent.reuseSocket = (socket, request) => {
    reuse(socket, request);
    (socket as Socket).setTimeout(silenceMsMax);
  };
  return agent;
}
