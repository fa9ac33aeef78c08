import { isIp4 } from '../../../src/core/ip.ts';
import { sh } from './cli.ts';
import { inContainer, removeContainer } from './docker.ts';

/** A name server of our own behind the nodes' resolver. */
export interface DnsStandIn {
  readonly stop: () => Promise<void>;
}

const listening = { address: '127.0.0.1', port: 5300 };

/**
 * Answers one name, and "no such name" to every other question. The answer section repeats the question's
 * name by a pointer to it.
 */
const script = `
const [name, address] = process.argv.slice(1);
const socket = require('node:dgram').createSocket('udp4');
socket.on('message', (question, from) => {
  const labels = [];
  let at = 12;
  for (; question[at] > 0; at += question[at] + 1) labels.push(question.toString('latin1', at + 1, at + 1 + question[at]));
  const isKnown = labels.join('.').toLowerCase() === name;
  const isA = question.readUInt16BE(at + 1) === 1;
  const reply = Buffer.alloc(at + 5 + (isKnown && isA ? 16 : 0));
  question.copy(reply, 0, 0, at + 5);
  reply.writeUInt16BE(isKnown ? 0x8580 : 0x8583, 2);
  reply.writeUInt16BE(isKnown && isA ? 1 : 0, 6);
  reply.writeUInt32BE(0, 8);
  if (isKnown && isA) {
    reply.write('c00c00010001000000050004', at + 5, 'hex');
    Buffer.from(address.split('.').map(Number)).copy(reply, at + 17);
  }
  socket.send(reply, from.port, from.address);
});
socket.bind(${listening.port}, '${listening.address}');
`;

/**
 * Starts it in each node and has the nodes' own name server lead to it, by the same means by which kind leads
 * that to Docker's: a netfilter rule in each node, to the node's loopback.
 */
export async function startDnsStandIn(
  lab: string,
  image: string,
  nodes: readonly string[],
  answer: { readonly name: string; readonly address: string },
): Promise<DnsStandIn> {
  const started = await Promise.all(
    nodes.map(async (node) => {
      const container = `labctl-${lab}-dns-${node}`;
      await removeContainer(container);
      await sh(
        ...(['docker', 'run', '--detach', '--name', container, '--network', `container:${node}`] as const),
        ...['--entrypoint', 'node', image, '-e', script, answer.name, answer.address],
      );
      const to = ['-j', 'DNAT', '--to-destination', `${listening.address}:${listening.port}`];
      const rule = ['-d', await nameServerOf(node), '-p', 'udp', '--dport', '53', ...to];
      for (const chain of chains)
        await inContainer(node, 'iptables-nft', '-t', 'nat', '-I', chain, '1', ...rule);
      return { node, container, rule };
    }),
  );
  return {
    stop: async () => {
      for (const { node, container, rule } of started) {
        for (const chain of chains)
          await inContainer(node, 'iptables-nft', '-t', 'nat', '-D', chain, ...rule);
        await removeContainer(container);
      }
    },
  };
}

const chains = ['PREROUTING', 'OUTPUT'] as const;

/** What the node, and CoreDNS after it, asks. */
export async function nameServerOf(node: string): Promise<string> {
  const text = await inContainer(node, 'cat', '/etc/resolv.conf');
  const found = /^nameserver\s+(\S+)/m.exec(text)?.[1] ?? '';
  if (!isIp4(found)) throw new Error(`${node} has no name server: ${text}`);
  return found;
}
