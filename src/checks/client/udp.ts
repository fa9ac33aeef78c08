import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Connect } from './attempt.ts';
import { parseIdentity, payload, plain, spelled } from './identity.ts';
import { whoQuestion } from './protocol.ts';

/**
 * Asks who answers, then sends one datagram and wants it back. Both leave by one socket, so that the
 * datapath's stickiness keeps them on one backend. The reply must come from the address that was asked.
 */
export const udp: Connect = async (probe, signal) => {
  const socket = createSocket(probe.mapped === true ? 'udp6' : 'udp4');
  const address = spelled(probe.address, probe.mapped);
  try {
    await bind(socket, probe.localPort);
    if (probe.connected === true) {
      socket.connect(probe.port, address);
      await once(socket, 'connect', { signal });
    }
    const ask = async (text: Buffer): Promise<Reply> => {
      const reply = answer(socket, signal);
      if (probe.connected === true) socket.send(text);
      else socket.send(text, probe.port, address);
      return await reply;
    };
    const who = await ask(Buffer.from(whoQuestion));
    const sent = payload(probe.bytes);
    const echo = await ask(sent);
    if (!echo.data.equals(sent))
      throw new Error(`sent ${sent.length} bytes, got ${echo.data.length} other ones`);
    const wanted = `${probe.address}:${probe.port}`;
    const stranger = [who.from, echo.from].find((from) => from !== wanted);
    if (stranger !== undefined) throw new Error(`the reply came from ${stranger}, not from ${wanted}`);
    return {
      answeredBy: parseIdentity(who.data.toString()),
      peer: probe.connected === true ? peerOf(socket) : '',
      localPort: socket.address().port,
    };
  } finally {
    socket.close();
  }
};

interface Reply {
  readonly data: Buffer;
  readonly from: string;
}

async function bind(socket: Socket, port = 0): Promise<void> {
  const listening = once(socket, 'listening');
  socket.bind({ port });
  await listening;
}

async function answer(socket: Socket, signal: AbortSignal): Promise<Reply> {
  const [data, from] = (await once(socket, 'message', { signal })) as [
    Buffer,
    { address: string; port: number },
  ];
  return { data, from: `${plain(from.address)}:${from.port}` };
}

function peerOf(socket: Socket): string {
  const { address, port } = socket.remoteAddress();
  return `${plain(address)}:${port}`;
}
