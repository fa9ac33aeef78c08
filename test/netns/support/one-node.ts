import { execIn, type Scratch, scratch } from './scratch.ts';

/** A node with two pods, a client outside of the cluster, and no CNI: only routes. */
export interface OneNode {
  readonly node: string;
  readonly podA: string;
  readonly podB: string;
  readonly client: string;
  destroy(): Promise<void>;
}

export const address = {
  node: '192.168.250.1',
  client: '192.168.250.2',
  podA: '10.244.1.10',
  podB: '10.244.1.11',
} as const;

/** Every setting that matters is set: a new namespace copies some of the host's. */
const nodeSettings = [
  'net.ipv4.ip_forward=1',
  'net.ipv4.conf.all.rp_filter=0',
  'net.ipv4.conf.default.rp_filter=0',
];

export async function oneNode(prefix: string): Promise<OneNode> {
  const made = scratch(prefix);
  try {
    const node = await made.namespace('node');
    await execIn(node)('sysctl', ['-q', '-w', ...nodeSettings]);
    const [podA, podB, client] = await Promise.all(
      ['pod-a', 'pod-b', 'client'].map((name) => made.namespace(name)),
    );
    if (podA === undefined || podB === undefined || client === undefined) throw new Error('no namespaces');
    await addPod(node, podA, address.podA);
    await addPod(node, podB, address.podB);
    await link(node, 'up0', client, 'eth0');
    await execIn(node)('ip', ['address', 'add', `${address.node}/24`, 'dev', 'up0']);
    await execIn(client)('ip', ['address', 'add', `${address.client}/24`, 'dev', 'eth0']);
    await execIn(client)('ip', ['route', 'add', 'default', 'via', address.node]);
    // A packet to a Service is routed before it is translated or refused: it needs some route.
    await execIn(node)('ip', ['route', 'add', 'default', 'via', address.client]);
    await startServers(made, podA, 'a');
    await startServers(made, podB, 'b');
    return { node, podA, podB, client, destroy: made.destroy };
  } catch (error) {
    await made.destroy();
    throw error;
  }
}

/** What a server behind `http://TARGET/` answers: `NAME saw ADDRESS`, or curl's exit code. */
export async function get(from: string, target: string): Promise<string> {
  const result = await execIn(from)('curl', ['-sS', '--max-time', '3', `http://${target}/`], {
    allowFailure: true,
  });
  return result.exitCode === 0 ? result.stdout : `curl exit ${result.exitCode}`;
}

/** The name of the server that answers a datagram sent from the given port, or `no answer`. */
export async function ask(from: string, host: string, port: number, sourcePort: number): Promise<string> {
  const script = `
    const [host, port, source] = process.argv.slice(1);
    const socket = require('node:dgram').createSocket('udp4');
    const end = (text) => { console.log(text); process.exit(0); };
    socket.on('message', (message) => end(String(message)));
    socket.bind(Number(source), () => socket.send('who', Number(port), host));
    setTimeout(() => end('no answer'), 2000);`;
  const { stdout } = await execIn(from)(process.execPath, ['-e', script, host, `${port}`, `${sourcePort}`]);
  return stdout.trim();
}

async function addPod(node: string, pod: string, ip: string): Promise<void> {
  const device = `v${ip.replaceAll('.', '')}`;
  await link(node, device, pod, 'eth0');
  await execIn(node)('sysctl', ['-q', '-w', `net.ipv4.conf.${device}.rp_filter=0`]);
  await execIn(node)('ip', ['address', 'add', '10.244.1.1/32', 'dev', device]);
  await execIn(node)('ip', ['route', 'add', `${ip}/32`, 'dev', device, 'src', '10.244.1.1']);
  await execIn(pod)('ip', ['address', 'add', `${ip}/32`, 'dev', 'eth0']);
  await execIn(pod)('ip', ['route', 'add', '10.244.1.1/32', 'dev', 'eth0', 'scope', 'link']);
  await execIn(pod)('ip', ['route', 'add', 'default', 'via', '10.244.1.1']);
}

async function link(here: string, name: string, there: string, peer: string): Promise<void> {
  const pair = ['link', 'add', name, 'type', 'veth', 'peer', 'name', peer, 'netns', there];
  await execIn(here)('ip', pair);
  await execIn(here)('ip', ['link', 'set', name, 'up']);
  await execIn(there)('ip', ['link', 'set', peer, 'up']);
}

const startServers = (made: Scratch, pod: string, name: string): Promise<void> =>
  made.serve(
    pod,
    `const name = process.argv[1];
    const http = require('node:http').createServer((request, reply) =>
      reply.end(name + ' saw ' + request.socket.remoteAddress));
    const udp = require('node:dgram').createSocket('udp4');
    udp.on('message', (_, from) => udp.send(name, from.port, from.address));
    udp.bind(8080, '0.0.0.0', () => http.listen(8080, '0.0.0.0', () => console.log('ready')));`,
    name,
  );
