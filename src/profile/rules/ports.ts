import { type CompleteLab, parsePortRange, type Rule, type Violation } from './rule.ts';

const nodePorts = 'spec.network.nodePortRange';
const natPorts = 'spec.network.natPortRange';

/** The demo Service's echo ports come this far after its HTTP port (templates/demo/demo.yaml). */
const echoPortDistance = 7;

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
