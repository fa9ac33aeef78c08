import { type Check, type CheckContext, type Evidence, everyProfile } from '../check.ts';
import type { SocketProbe } from '../client/protocol.ts';
import { placeName, probeCommand } from '../probe/place.ts';
import { demoPorts, portOf } from '../subjects.ts';
import { problemOf } from './path.ts';
import { clients } from './sources.ts';

type Variant = Pick<SocketProbe, 'protocol' | 'mapped' | 'connected'>;

/** Sockets that take other ways through the kernel than plain ones. Each must show the Service as its peer. */
const variants: readonly (readonly [id: string, sentence: string, variant: Variant])[] = [
  ['udp-connected', 'a connected UDP socket', { protocol: 'udp', connected: true }],
  ['mapped.tcp', 'a TCP socket of family IPv6 with a v4-mapped address', { protocol: 'tcp', mapped: true }],
  ['mapped.udp', 'a UDP socket of family IPv6 with a v4-mapped address', { protocol: 'udp', mapped: true }],
  [
    'mapped.udp-connected',
    'a connected UDP socket of family IPv6 with a v4-mapped address',
    { protocol: 'udp', mapped: true, connected: true },
  ],
  ['http', 'an HTTP client', { protocol: 'http' }],
];

export const socketChecks: readonly Check[] = variants.map(([id, sentence, variant]) => ({
  id: `conn.clusterip.pod.${id}`,
  kind: 'connectivity',
  sentence: `${sentence} reaches the Service and sees it as its peer`,
  profiles: everyProfile,
  needs: [],
  quick: id === 'http',
  run: (context) => Promise.all(clients(context.subjects).map(({ key }) => reach(context, key, variant))),
}));

async function reach({ subjects, prober }: CheckContext, pod: string, variant: Variant): Promise<Evidence> {
  const { port } = portOf(subjects.demo, demoPorts[variant.protocol]);
  const probe: SocketProbe = { ...variant, address: subjects.demo.clusterIP, port, bytes: 1 };
  const result = await prober.probe({ pod }, probe);
  const problem = problemOf(result, probe, {});
  const peer = result.peer === '' || result.peer === undefined ? 'no peer' : `peer ${result.peer}`;
  return {
    what: `${placeName({ pod })} to ${probe.address}:${port}`,
    expected: `an answer from ${probe.address}:${port}`,
    observed: problem ?? `${result.answeredBy?.pod ?? 'unknown'} answered, ${peer}`,
    command: probeCommand({ pod }, probe),
    ok: problem === undefined,
  };
}
