import { LabError } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { type EndpointTable, endpointsOf } from './endpoints.ts';
import type { ServicePortInfo } from './service-port.ts';

/** A UDP entry of conntrack: what the client sent, and who answers. */
export interface UdpFlow {
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
  readonly replySrc: string;
  readonly replySport: number;
}

/**
 * Deletes UDP entries that lead to an endpoint which no longer serves: without that, a client that keeps its
 * port stays with a backend that is gone. Answers how many, or undefined where `conntrack` is not installed.
 */
export async function deleteStaleUdp(
  exec: Exec,
  ports: readonly ServicePortInfo[],
  endpoints: EndpointTable,
): Promise<number | undefined> {
  if (!ports.some(({ protocol }) => protocol === 'udp')) return 0;
  try {
    const { stdout } = await exec('conntrack', ['-L', '-f', 'ipv4', '-p', 'udp']);
    const stale = staleUdp(parseFlows(stdout), ports, endpoints);
    for (const tuple of deletions(stale)) {
      // Exit code 1 says that the entries ended by themselves meanwhile.
      await exec('conntrack', ['-D', '-f', 'ipv4', '-p', 'udp', ...tuple], { allowFailure: true });
    }
    return stale.length;
  } catch (error) {
    if (error instanceof LabError && error.code === 'E_COMMAND_MISSING') return undefined;
    throw error;
  }
}

/** One deletion for all clients that an endpoint has by one address: there may be thousands of them. */
export function deletions(stale: readonly UdpFlow[]): string[][] {
  const tuples = stale.map(({ dst, dport, replySrc, replySport }) =>
    [`-d ${dst} --orig-port-dst ${dport}`, `-r ${replySrc} --reply-port-src ${replySport}`].join(' '),
  );
  return [...new Set(tuples)].map((tuple) => tuple.split(' '));
}

/** Entries to an address of a Service that are answered by none of its serving endpoints, port included. */
export function staleUdp(
  flows: readonly UdpFlow[],
  ports: readonly ServicePortInfo[],
  endpoints: EndpointTable,
): UdpFlow[] {
  const byAddress = new Map<string, ReadonlySet<string>>();
  const byNodePort = new Map<number, ReadonlySet<string>>();
  for (const port of ports.filter(({ protocol }) => protocol === 'udp')) {
    const serving = new Set(
      endpointsOf(endpoints, port)
        .filter(({ isServing }) => isServing)
        .map(({ text }) => text),
    );
    for (const address of [port.clusterIP, ...port.externalIPs, ...port.loadBalancerIPs]) {
      byAddress.set(`${address}:${port.port}`, serving);
    }
    if (port.nodePort !== 0) byNodePort.set(port.nodePort, serving);
  }
  return flows.filter(({ dst, dport, replySrc, replySport }) => {
    const serving = byAddress.get(`${dst}:${dport}`) ?? byNodePort.get(dport);
    return serving !== undefined && !serving.has(`${replySrc}:${replySport}`);
  });
}

/** Lines of `conntrack -L`: the first src, dst, sport, dport are the client's, the second ones the answer's. */
export function parseFlows(text: string): UdpFlow[] {
  return text.split('\n').flatMap((line) => {
    const values = (key: string): string[] =>
      [...line.matchAll(new RegExp(`\\b${key}=(\\S+)`, 'g'))].map(([, value = '']) => value);
    const [src, replySrc] = values('src');
    const [dst] = values('dst');
    const [sport, replySport] = values('sport');
    const [dport] = values('dport');
    if (src === undefined || replySrc === undefined || dst === undefined) return [];
    if (sport === undefined || dport === undefined || replySport === undefined) return [];
    return [
      { src, dst, sport: Number(sport), dport: Number(dport), replySrc, replySport: Number(replySport) },
    ];
  });
}
