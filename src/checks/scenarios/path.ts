import type { Target } from '../../runtime/port.ts';
import type { Check, CheckContext, Evidence, Need } from '../check.ts';
import { everyProfile } from '../check.ts';
import type { Probe, ProbeResult, Wanted } from '../client/protocol.ts';
import { placeName, probeCommand } from '../probe/place.ts';

export type ProbeProtocol = 'tcp' | 'udp' | 'icmp';
export type Size = 'small' | 'mtu';

/** One source and one destination of a path. */
export interface Route {
  readonly from: Target;
  readonly address: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly wanted?: Wanted;
  /** Routers that a reply crosses at least; its TTL tells. */
  readonly hops?: number;
}

/** A way through the lab. Each protocol and size makes a check of its own: `conn.<id>.<protocol>.<size>`. */
export interface Path {
  readonly id: string;
  /** Completes "TCP, full MTU: ...". */
  readonly sentence: string;
  readonly protocols: readonly ProbeProtocol[];
  readonly needs?: readonly Need[];
  /** `udp.small` ...: belongs to the short run. */
  readonly quick?: readonly string[];
  readonly routes: (context: CheckContext) => Promise<readonly Route[]> | readonly Route[];
}

export const checksOf = (path: Path): Check[] =>
  path.protocols.flatMap((protocol) => sizes.map((size) => check(path, protocol, size)));

const sizes: readonly Size[] = ['small', 'mtu'];
const words: Readonly<Record<Size, string>> = { small: '1 byte', mtu: 'full MTU' };

function check(path: Path, protocol: ProbeProtocol, size: Size): Check {
  return {
    id: `conn.${path.id}.${protocol}.${size}`,
    kind: 'connectivity',
    sentence: `${protocol.toUpperCase()}, ${words[size]}: ${path.sentence}`,
    profiles: everyProfile,
    needs: path.needs ?? [],
    quick: path.quick?.includes(`${protocol}.${size}`) ?? false,
    run: async (context) => {
      const routes = await path.routes(context);
      const bytes = payloadBytes(protocol, size, context.lab.network.mtu);
      return await Promise.all(routes.map((route) => follow(context, route, protocol, bytes)));
    },
  };
}

/** Long enough that most segments are full ones. */
const tcpBytes = 65_536;
const headerBytes = 28;

export function payloadBytes(protocol: ProbeProtocol, size: Size, mtu: number): number {
  if (size === 'small') return 1;
  return protocol === 'tcp' ? tcpBytes : mtu - headerBytes;
}

async function follow(
  { prober }: CheckContext,
  route: Route,
  protocol: ProbeProtocol,
  bytes: number,
): Promise<Evidence> {
  const probe = probeOf(route, protocol, bytes);
  const result = await prober.probe(route.from, probe);
  const problem = problemOf(result, probe, route);
  return {
    what: `${placeName(route.from)} to ${destination(probe)}`,
    expected: expectation(route, protocol, bytes),
    observed: problem ?? observation(result),
    command: probeCommand(route.from, probe),
    ok: problem === undefined,
  };
}

const probeOf = (route: Route, protocol: ProbeProtocol, bytes: number): Probe =>
  protocol === 'icmp'
    ? { protocol, address: route.address, bytes }
    : {
        protocol,
        address: route.address,
        port: protocol === 'tcp' ? route.tcpPort : route.udpPort,
        bytes,
        ...(route.wanted === undefined ? {} : { wanted: route.wanted }),
      };

const firstTtl = 64;

/** What is wrong with a result, or undefined. A socket that shows another peer than it was given was translated visibly. */
export function problemOf(result: ProbeResult, probe: Probe, route: Pick<Route, 'hops'>): string | undefined {
  if (!result.ok) return result.error ?? 'no answer';
  if (probe.protocol === 'icmp') {
    const most = firstTtl - (route.hops ?? 0);
    return result.ttl === undefined || result.ttl > most ? `ttl ${result.ttl ?? 'unknown'}` : undefined;
  }
  const asked = `${probe.address}:${probe.port}`;
  const peer = result.peer ?? '';
  return peer === '' || peer === asked ? undefined : `the socket's peer is ${peer}`;
}

function expectation({ wanted, hops = 0 }: Route, protocol: ProbeProtocol, bytes: number): string {
  const who =
    wanted?.pod !== undefined
      ? ` from ${wanted.pod}`
      : wanted?.node !== undefined
        ? ` from a pod on ${wanted.node}`
        : wanted?.otherThanNode !== undefined
          ? ` from a pod elsewhere than on ${wanted.otherThanNode}`
          : '';
  const ttl = protocol === 'icmp' && hops > 0 ? `, ttl ${firstTtl - hops} or less` : '';
  return `${bytes} bytes back${who}${ttl}`;
}

function observation({ answeredBy, ttl, milliseconds, attempts }: ProbeResult): string {
  const tries = attempts > 1 ? ` at connection ${attempts}` : '';
  if (answeredBy === undefined) return `reply, ttl ${ttl ?? 'unknown'}`;
  const node = answeredBy.node === '' ? '' : ` on ${answeredBy.node}`;
  return `all back from ${answeredBy.pod}${node}, which saw ${answeredBy.client}${tries}, ${milliseconds} ms`;
}

const destination = (probe: Probe): string =>
  probe.protocol === 'icmp' ? probe.address : `${probe.address}:${probe.port}`;
