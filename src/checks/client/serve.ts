import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { plain } from './identity.ts';
import { whoQuestion } from './protocol.ts';

/**
 * A listener for places that run no demo server (nodes): the same identity and echo on free ports. By one address: a UDP
 * reply from a socket of any address takes the one of its route, which on a node may be another than was asked.
 */
export async function serve(
  self: { pod: string; node: string },
  address: string,
): Promise<{ tcp: number; udp: number }> {
  const tcp = createServer((socket) => {
    const who = { ...self, client: plain(socket.remoteAddress ?? ''), clientPort: socket.remotePort ?? 0 };
    socket.on('error', () => socket.destroy());
    socket.write(`${JSON.stringify(who)}\n`);
    socket.pipe(socket);
  }).listen(0, address);
  await once(tcp, 'listening');
  const udp = createSocket('udp4', (message, from) => {
    const who = JSON.stringify({ ...self, client: from.address, clientPort: from.port });
    udp.send(message.toString() === whoQuestion ? who : message, from.port, from.address);
  });
  udp.bind(0, address);
  await once(udp, 'listening');
  return { tcp: (tcp.address() as AddressInfo).port, udp: udp.address().port };
}
