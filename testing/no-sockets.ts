import { Server, Socket } from 'node:net';
import { beforeEach } from 'vitest';

const refuse = (): never => {
  throw new Error('A small test opened a socket: name the file .medium.test.ts, or hand the code a fake.');
};

/** A small test that opens a socket fails, whatever library it goes through. */
beforeEach(() => {
  Socket.prototype.connect = refuse;
  Server.prototype.listen = refuse;
});
