import { once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import type { Connect } from './attempt.ts';
import { parseIdentity, payload, plain, spelled } from './identity.ts';

/** Reads the server's identity line, then sends the payload and wants it back byte for byte. */
export const tcp: Connect = async (probe, signal) => {
  const socket = dial({
    host: spelled(probe.address, probe.mapped),
    port: probe.port,
    ...(probe.localPort === undefined ? {} : { localPort: probe.localPort }),
  });
  const abort = (): void => {
    socket.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    await once(socket, 'connect');
    socket.setNoDelay();
    const peer = `${plain(socket.remoteAddress ?? '')}:${socket.remotePort ?? 0}`;
    const localPort = socket.localPort ?? 0;
    const answeredBy = await exchange(socket, payload(probe.bytes));
    return { answeredBy, peer, localPort };
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
};

/** Resolves with the identity once the echo is complete; rejects on the first byte that differs. */
async function exchange(socket: Socket, sent: Buffer): Promise<ReturnType<typeof parseIdentity>> {
  let buffer = Buffer.alloc(0);
  let identity: ReturnType<typeof parseIdentity> | undefined;
  for await (const chunk of socket) {
    buffer = Buffer.concat([buffer, chunk as Buffer]);
    if (identity === undefined) {
      const end = buffer.indexOf('\n');
      if (end < 0) continue;
      identity = parseIdentity(buffer.subarray(0, end).toString());
      buffer = buffer.subarray(end + 1);
      if (sent.length > 0) socket.write(sent);
    }
    if (!buffer.equals(sent.subarray(0, buffer.length)))
      throw new Error('the echo differs from what was sent');
    if (buffer.length === sent.length) return identity;
  }
  throw new Error(`the server closed after ${buffer.length} of ${sent.length} bytes`);
}
