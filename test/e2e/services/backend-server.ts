/** Program: many backends in one pod. Told an address, a first port and a count, each tells its name to whoever asks. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { answerLines } from '../support/answer-lines.ts';

export interface Listen {
  readonly address: string;
  readonly first: number;
  readonly count: number;
}

await answerLines<Listen, 'listening'>(async ({ address, first, count }) => {
  for (let port = first; port < first + count; port++) await listen(`${address}:${port}`, port);
  return 'listening';
});

async function listen(name: string, port: number): Promise<void> {
  const tcp = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(`${name}\n`);
  }).listen({ port, host: '0.0.0.0', backlog: 256 });
  await once(tcp, 'listening');
  const udp = createSocket('udp4');
  udp.on('message', (_, from) => udp.send(name, from.port, from.address));
  udp.bind(port, '0.0.0.0');
  await once(udp, 'listening');
}
