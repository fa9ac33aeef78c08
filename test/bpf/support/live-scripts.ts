/** Node programs that run inside the namespaces of a live lab. Answers are one line: `NAME CLIENT-ADDRESS`. */

export const server = `
const [name, ...ports] = process.argv.slice(1);
const net = require('node:net'), dgram = require('node:dgram');
let left = ports.length * 2;
const up = () => --left || console.log('up');
for (const port of ports.map(Number)) {
  net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.write(name + ' ' + socket.remoteAddress + '\\n');
    socket.pipe(socket);
  }).listen(port, '0.0.0.0', up);
  const udp = dgram.createSocket('udp4');
  udp.on('message', (data, from) => udp.send(data.length > 1
    ? data : name + ' ' + from.address, from.port, from.address));
  udp.bind(port, '0.0.0.0', up);
}`;

/** `tcp HOST PORT BYTES`: greeting, then that many bytes there and back. */
export const tcpClient = `
const [host, port, size, localPort] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port: Number(port), localPort: Number(localPort ?? 0) });
let greeting = '', echoed = -1;
const end = (text, code) => { console.log(text); process.exit(code); };
setTimeout(() => end('timeout', 1), 4000);
socket.on('error', (error) => end(error.code, 1));
socket.on('data', (data) => {
  if (echoed < 0) {
    greeting += data.toString('latin1');
    const at = greeting.indexOf('\\n');
    if (at < 0) return;
    echoed = greeting.length - at - 1;
    greeting = greeting.slice(0, at);
    if (Number(size) > 0) socket.write(Buffer.alloc(Number(size), 7));
  } else echoed += data.length;
  if (echoed >= Number(size)) end(greeting + ' ' + socket.remoteAddress, 0);
});`;

/** \`udp HOST PORT BYTES [connect]\`: one datagram there and back. */
export const udpClient = `
const [host, port, size, how] = process.argv.slice(1);
const udp = require('node:dgram').createSocket(host.includes(':') ? 'udp6' : 'udp4');
const end = (text, code) => { console.log(text); process.exit(code); };
setTimeout(() => end('timeout', 1), 3000);
udp.on('error', (error) => end(error.code, 1));
udp.on('message', (data, from) => end((Number(size) > 1
  ? 'echo ' + data.length : data.toString()) + ' ' + from.address, 0));
if (how === 'connect') udp.connect(Number(port), host, (error) => (error ? end(error.code, 1) : udp.send(Buffer.alloc(Number(size)))));
else udp.send(Buffer.alloc(Number(size)), Number(port), host, (error) => error && end(error.code, 1));`;
