import { type CompleteLab, parsePortRange, type Rule, type Violation } from './rule.ts';

const nodePorts = 'spec.network.nodePortRange';
const natPorts = 'spec.network.natPortRange';

/** The demo Service's echo ports come this far after its HTTP port (templates/demo/demo.yaml). */
const echoPortDistance = 7;

const leastLeft = 1024;

export const portRules: readonly Rule[] = [
  {
    id: 'port-range.nodePortRange',
    fields: [nodePorts],
    check: ({ spec }) => order('nodePortRange', spec.network.nodePortRange),
  },
  {
    id: 'port-range.natPortRange',
    fields: [natPorts],
    check: ({ spec }) => order('natPortRange', spec.network.natPortRange),
  },
  { id: 'port-ranges-overlap', fields: [nodePorts, natPorts], check: rangesOverlap },
  { id: 'ports-left-for-nodes', fields: [nodePorts, natPorts], check: portsLeft },
  { id: 'nat-port-range-size', fields: [natPorts], check: natRangeSize },
  { id: 'node-port-in-range', fields: ['spec.demo.nodePort', nodePorts], check: nodePortInRange },
];

function order(name: string, text: string): Violation | undefined {
  if (parsePortRange(text) !== undefined) return undefined;
  const [first = '', last = ''] = text.split('-');
  const swapped = `${last}-${first}`;
  return {
    message: `${name}: ${text} is no range of ports`,
    allowed: 'FIRST-LAST from 1 to 65535, the smaller one first',
    ...(parsePortRange(swapped) === undefined ? {} : { suggestion: swapped }),
  };
}

function rangesOverlap({ spec }: CompleteLab): Violation | undefined {
  const { nodePortRange, natPortRange } = spec.network;
  const [node, nat] = [parsePortRange(nodePortRange), parsePortRange(natPortRange)];
  if (node === undefined || nat === undefined || node.last < nat.first || nat.last < node.first)
    return undefined;
  return {
    message: `nodePortRange ${nodePortRange} and natPortRange ${natPortRange} overlap: a reply to a translated flow could be taken for a new NodePort connection`,
    allowed: 'ranges that share no port',
  };
}

/** A node's own connections take ports from one range that NAT and NodePorts leave alone. */
function portsLeft({ spec }: CompleteLab): Violation | undefined {
  const { nodePortRange, natPortRange } = spec.network;
  const taken = [parsePortRange(nodePortRange), parsePortRange(natPortRange)]
    .filter((range) => range !== undefined)
    .toSorted((a, b) => a.first - b.first);
  const firsts = [1024, ...taken.map(({ last }) => last + 1)];
  const lasts = [...taken.map(({ first }) => first - 1), 65_535];
  const largest = Math.max(...firsts.map((first, i) => (lasts[i] ?? 0) - Math.max(first, 1024) + 1));
  if (taken.length < 2 || largest >= leastLeft) return undefined;
  return {
    message: `nodePortRange ${nodePortRange} and natPortRange ${natPortRange} leave ${Math.max(largest, 0)} ports in a row to the nodes' own connections`,
    allowed: `ranges that leave ${leastLeft} ports in a row above 1023`,
  };
}

function natRangeSize({ spec }: CompleteLab): Violation | undefined {
  const nat = parsePortRange(spec.network.natPortRange);
  if (nat === undefined || (nat.first >= 1024 && nat.last - nat.first >= 255)) return undefined;
  return {
    message: `natPortRange: ${spec.network.natPortRange} ${nat.first < 1024 ? 'holds privileged ports' : 'is smaller than 256 ports'}`,
    allowed: 'at least 256 ports, all above 1023',
  };
}

function nodePortInRange({ spec }: CompleteLab): Violation | undefined {
  const range = parsePortRange(spec.network.nodePortRange);
  const { nodePort } = spec.demo;
  if (range === undefined || (nodePort >= range.first && nodePort + echoPortDistance <= range.last)) {
    return undefined;
  }
  return {
    message: `nodePort ${nodePort}, with the echo ports at ${nodePort + echoPortDistance}, is outside nodePortRange ${spec.network.nodePortRange}`,
    allowed: `a port from ${range.first} to ${range.last - echoPortDistance}`,
  };
}
