import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { flowPorts } from '../probe/flow-ports.ts';
import { attempt, type Connect, isWanted } from './attempt.ts';
import { http } from './http.ts';
import { parsePing } from './icmp.ts';
import { parseIdentity, payload } from './identity.ts';
import type { Identity, SocketProbe } from './protocol.ts';
import { serve } from './serve.ts';
import { tcp } from './tcp.ts';
import { udp } from './udp.ts';

const address = '127.0.0.1';
const who: Identity = { pod: 'p', node: 'n', client: address, clientPort: 1 };
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return (server.address() as AddressInfo).port;
}
const probe = (rest: Partial<SocketProbe> & Pick<SocketProbe, 'port'>): SocketProbe => ({
  protocol: 'tcp',
  address,
  bytes: 1,
  ...rest,
});

describe('against its own server', async () => {
  const ports = await serve({ pod: 'server', node: 'n1' }, '127.0.0.1');
  const variants: readonly [string, Connect, SocketProbe][] = [
    ['tcp, 1 byte', tcp, probe({ port: ports.tcp })],
    ['tcp, 64 KiB', tcp, probe({ port: ports.tcp, bytes: 65_536 })],
    ['tcp, v4-mapped', tcp, probe({ port: ports.tcp, mapped: true })],
    ['connected udp', udp, probe({ protocol: 'udp', port: ports.udp, connected: true })],
    [
      'connected udp, v4-mapped',
      udp,
      probe({ protocol: 'udp', port: ports.udp, connected: true, mapped: true }),
    ],
  ];
  it.each(variants)('%s tells who answered and the peer', async (_title, connect, wanted) => {
    const result = await attempt(wanted, connect);
    expect(result).toMatchObject({
      ok: true,
      answeredBy: { pod: 'server', node: 'n1', client: address },
      peer: `${address}:${wanted.port}`,
    });
  });
  it.each([1, 1472])('udp of %i bytes comes back to the port that sent it', async (bytes) => {
    const [localPort = 0] = flowPorts(1);
    const result = await attempt(probe({ protocol: 'udp', port: ports.udp, bytes, localPort }), udp);
    expect(result).toMatchObject({ ok: true, localPort, answeredBy: { clientPort: localPort } });
  });
  it('binds the port that it is given', async () => {
    const [localPort = 0] = flowPorts(1);
    const result = await attempt(probe({ port: ports.tcp, localPort }), tcp);
    expect(result).toMatchObject({ ok: true, localPort });
  });
});

describe('a probe fails', () => {
  it('when nobody listens', async () => {
    const [port = 0] = flowPorts(1);
    const result = await attempt(probe({ port }), tcp);
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining('ECONNREFUSED') });
  });
  it('when an answer does not come within the limit', async () => {
    const port = await listening(createServer(() => undefined));
    const result = await attempt(probe({ port, timeoutMs: 50 }), tcp);
    expect(result).toMatchObject({ ok: false, error: 'no answer within the limit' });
  });
  it('when the echo is another', async () => {
    const port = await listening(
      createServer((socket) => {
        socket.on('error', () => socket.destroy());
        socket.write(`${JSON.stringify(who)}\n`);
        socket.once('data', () => socket.end('not what was sent'));
      }),
    );
    const result = await attempt(probe({ port, bytes: 4 }), tcp);
    expect(result.error).toBe('the echo differs from what was sent');
  });
  it('when the server ends early', async () => {
    const port = await listening(createServer((socket) => socket.end(`${JSON.stringify(who)}\n`)));
    const result = await attempt(probe({ port, bytes: 4 }), tcp);
    expect(result.ok).toBe(false);
  });
  it('when somebody else answers', async () => {
    const port = await listening(createServer((socket) => socket.end('SSH-2.0\n')));
    expect((await attempt(probe({ port }), tcp)).error).toBe('unexpected answer: "SSH-2.0"');
  });
  it('when HTTP answers with an error', async () => {
    const server = createHttp((_request, response) => response.writeHead(503).end());
    const port = await listening(server);
    expect((await attempt(probe({ protocol: 'http', port }), http)).error).toBe('HTTP status 503');
  });
});

describe('http', () => {
  it('reads who answered', async () => {
    const port = await listening(createHttp((_request, response) => response.end(JSON.stringify(who))));
    expect(await attempt(probe({ protocol: 'http', port }), http)).toMatchObject({
      ok: true,
      answeredBy: who,
    });
  });
});

describe('attempt', () => {
  const answers = (nodes: readonly string[]): Connect => {
    const queue = [...nodes];
    return async () => ({ answeredBy: { ...who, node: queue.shift() ?? 'last' }, peer: '', localPort: 1 });
  };
  it('connects anew until the wanted node answers', async () => {
    const result = await attempt(probe({ port: 1, wanted: { node: 'c' } }), answers(['a', 'b', 'c']));
    expect(result).toMatchObject({ ok: true, attempts: 3 });
  });
  it('names those that answered instead', async () => {
    const result = await attempt(probe({ port: 1, wanted: { node: 'c' }, attempts: 2 }), answers(['b', 'a']));
    expect(result).toMatchObject({ ok: false, error: '2 connections reached only p on a, p on b' });
  });
  it('does not try again after a failure', async () => {
    let calls = 0;
    const result = await attempt(probe({ port: 1, wanted: { node: 'c' } }), async () => {
      calls++;
      throw new Error('lost');
    });
    expect([result.ok, result.error, calls]).toEqual([false, 'lost', 1]);
  });
});

it.each([
  [{}, true],
  [{ pod: 'p' }, true],
  [{ pod: 'q' }, false],
  [{ node: 'm' }, false],
  [{ otherThanNode: 'n' }, false],
  [{ otherThanNode: 'm' }, true],
])('isWanted %j: %s', (wanted, expected) => {
  expect(isWanted(who, wanted)).toBe(expected);
});

it('payload shows order', () => {
  expect([...payload(253).subarray(249)]).toEqual([249, 250, 0, 1]);
});

it('parseIdentity refuses what names nobody', () => {
  expect(() => parseIdentity('{"pod":"x"}')).toThrow('answer names no pod, node and client');
});

describe('parsePing', () => {
  const reply = '1480 bytes from 10.244.1.2: icmp_seq=1 ttl=62 time=0.1 ms';
  it.each([
    [reply, null, { ok: true, ttl: 62 }],
    [
      '1 packets transmitted, 0 received, 100% packet loss, time 0ms',
      new Error('exit 1'),
      { ok: false, error: '1 packets transmitted, 0 received, 100% packet loss, time 0ms' },
    ],
    [
      'ping: local error: message too long, mtu=1450',
      new Error('exit 1'),
      { ok: false, error: 'ping: local error: message too long, mtu=1450' },
    ],
    ['', new Error('spawn ping ENOENT'), { ok: false, error: 'spawn ping ENOENT' }],
  ])('%j', (output, error, expected) => {
    expect(parsePing(output, error)).toEqual(expected);
  });
});
