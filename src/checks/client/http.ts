import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Connect } from './attempt.ts';
import { parseIdentity, plain, spelled } from './identity.ts';

/** One GET on a connection of its own; the body names who answered. */
export const http: Connect = async (probe, signal) => {
  const get = request({
    host: spelled(probe.address, probe.mapped),
    port: probe.port,
    path: '/',
    agent: false,
    headers: { accept: 'application/json', connection: 'close' },
    signal,
    ...(probe.localPort === undefined ? {} : { localPort: probe.localPort }),
  });
  get.end();
  const [response] = (await once(get, 'response')) as [IncomingMessage];
  const { remoteAddress = '', remotePort = 0, localPort = 0 } = response.socket;
  const body = await text(response);
  if (response.statusCode !== 200) throw new Error(`HTTP status ${response.statusCode ?? 'unknown'}`);
  return { answeredBy: parseIdentity(body), peer: `${plain(remoteAddress)}:${remotePort}`, localPort };
};
