/**
 * The demo: tells who answered and which client address it saw, by HTTP, and echoes TCP and UDP.
 * HTTP on $PORT (80), echo on $ECHO_PORT (7000). Runs in pods of both runtimes and as the world host.
 */
import { createSocket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { hostname } from 'node:os';

const httpPort = Number(process.env.PORT ?? 80);
const echoPort = Number(process.env.ECHO_PORT ?? 7000);
const me = {
  pod: process.env.POD_NAME ?? hostname(),
  namespace: process.env.POD_NAMESPACE ?? '',
  node: process.env.NODE_NAME ?? '',
};
/** Connections still open this long after SIGTERM are cut. */
const drainMs = Number(process.env.DRAIN_SECONDS ?? 5) * 1000;
/** Longer than clients of a busy Service leave between two connections, shorter than between two probes. */
const quietMs = 500;
const dripMs = 100;

const answer = (address = '', port = 0): string =>
  JSON.stringify({ ...me, client: address.replace(/^::ffff:/, ''), clientPort: port });

const connections = new Set<Socket>();
let draining = false;
let lastConnectionAt = 0;

const http = createHttpServer((request, response) => {
  const { remoteAddress, remotePort } = request.socket;
  if (request.url === '/readyz') {
    response.writeHead(draining ? 503 : 200).end(draining ? 'draining\n' : 'ok\n');
    return;
  }
  response.setHeader('content-type', 'application/json');
  if (draining) response.setHeader('connection', 'close');
  if (request.url !== '/drip') {
    response.end(`${answer(remoteAddress, remotePort)}\n`);
    return;
  }
  // One line at a time until the client leaves: a connection that shows every gap.
  let sequence = 0;
  const timer = setInterval(() => response.write(`${JSON.stringify({ sequence: sequence++ })}\n`), dripMs);
  response.on('close', () => clearInterval(timer));
});

/** The first line says who answers; what follows is the client's own bytes. */
const tcp = createTcpServer((socket) => {
  connections.add(socket);
  socket.on('close', () => connections.delete(socket));
  socket.on('error', () => socket.destroy());
  socket.write(`${answer(socket.remoteAddress, socket.remotePort)}\n`);
  socket.pipe(socket);
});

const udp = createSocket('udp4');
udp.on('message', (message, from) => {
  const reply = message.equals(Buffer.from('who')) ? Buffer.from(answer(from.address, from.port)) : message;
  udp.send(reply, from.port, from.address);
});

for (const server of [http, tcp]) {
  server.on('connection', () => {
    lastConnectionAt = performance.now();
  });
}
for (const server of [http, tcp, udp]) server.on('error', fail);
http.listen(httpPort, '0.0.0.0');
tcp.listen(echoPort, '0.0.0.0');
udp.bind(echoPort, '0.0.0.0');
process.on('SIGTERM', drain);
process.on('SIGINT', drain);

/**
 * Serves on until no connection came for a while, then takes no more, and ends when all is done: a closed
 * listener resets what the kernel accepted for it and the program had no time for yet.
 */
function drain(): void {
  if (draining) return;
  draining = true;
  http.closeIdleConnections();
  const startedAt = performance.now();
  lastConnectionAt = startedAt;
  const watch = setInterval(() => {
    const isQuiet = performance.now() - lastConnectionAt > quietMs;
    const isLate = performance.now() - startedAt > drainMs;
    if (!isQuiet && !isLate) return;
    clearInterval(watch);
    stop();
  }, quietMs / 5);
  setTimeout(() => {
    http.closeAllConnections();
    for (const socket of connections) socket.destroy();
  }, drainMs).unref();
}

function stop(): void {
  http.close();
  http.closeIdleConnections();
  tcp.close();
  udp.close();
}

function fail(error: Error): void {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
  process.exit();
}
