import { once } from 'node:events';
import { connect } from 'node:net';
import { parseIdentity } from './identity.ts';
import type { Held, SocketProbe } from './protocol.ts';

/** Connects, reads who answered, and leaves the connection open for as long as the process lives. */
export async function hold(probe: SocketProbe): Promise<Held> {
  const socket = connect({ host: probe.address, port: probe.port });
  await once(socket, 'connect');
  let line = '';
  while (!line.includes('\n')) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    line += chunk.toString();
  }
  socket.resume();
  return { localPort: socket.localPort ?? 0, answeredBy: parseIdentity(line.trim()) };
}
