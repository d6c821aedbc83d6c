// Health check of the containers: `node deploy/healthy.mjs http://…` wants a 2xx answer, `tcp://host:port` a connection.
import { connect } from 'node:net';

const url = new URL(process.argv[2] ?? '');
setTimeout(() => process.exit(1), 4_000).unref();
if (url.protocol === 'tcp:') {
  connect({ host: url.hostname, port: Number(url.port) })
    .once('connect', () => process.exit(0))
    .once('error', () => process.exit(1));
} else {
  const answer = await fetch(url).catch(() => undefined);
  process.exit(answer?.ok === true ? 0 : 1);
}
