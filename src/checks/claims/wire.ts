import type { Check, CheckContext, Evidence } from '../check.ts';
import type { SocketProbe } from '../client/protocol.ts';
import { none, some } from '../evidence.ts';
import { flowPorts } from '../probe/flow-ports.ts';
import { commandAt, probeCommand } from '../probe/place.ts';
import { demoPorts, portOf, type SubjectPod } from '../subjects.ts';

const uplink = 'eth0';
const captureArguments = ['-i', uplink, '-nn', '-l', '-U', '--immediate-mode', 'tcp or udp'];
const startLimitMs = 30_000;
const packetLimitMs = 10_000;

/** What the pod's own device carries tells where translation happens: before it (sockets) or behind it (chains). */
export const wireClaims: readonly Check[] = [
  {
    id: 'claim.socketlb.wire',
    kind: 'claim',
    sentence: "the pod's device carries the backend's address and never the Service's",
    profiles: ['kpr', 'ebpf'],
    needs: [],
    exclusive: true,
    run: (context) => captureAll(context, 'backend'),
  },
  {
    id: 'claim.chains.wire',
    kind: 'claim',
    sentence: "the pod's device carries the Service's address and never the backend's",
    profiles: ['kube-proxy'],
    needs: [],
    exclusive: true,
    run: (context) => captureAll(context, 'service'),
  },
];

async function captureAll(context: CheckContext, expected: 'backend' | 'service'): Promise<Evidence[]> {
  const rows = await Promise.all(context.subjects.neighbours.map((pod) => captured(context, pod, expected)));
  return rows.flat();
}

/** Pods beside the backends are the clients: a backend could be sent to itself, which leaves no packet. */
async function captured(
  { runtime, prober, subjects }: CheckContext,
  pod: SubjectPod,
  expected: 'backend' | 'service',
): Promise<Evidence[]> {
  const at = { pod: pod.key };
  const ports = flowPorts(2);
  const probes = (['tcp', 'udp'] as const).map(
    (protocol, index): SocketProbe => ({
      protocol,
      address: subjects.demo.clusterIP,
      port: portOf(subjects.demo, demoPorts[protocol]).port,
      bytes: 1,
      localPort: ports[index] ?? 0,
    }),
  );
  const capture = await runtime.start(at, 'tcpdump', captureArguments);
  const traffic = async (): Promise<(string | undefined)[]> => {
    await capture.seen(/listening on/, startLimitMs);
    const results = await Promise.all(probes.map((probe) => prober.probe(at, probe)));
    // A capture that shows nothing is what the rows below will tell.
    await Promise.allSettled(
      ports.map((port) => capture.seen(new RegExp(String.raw`\.${port} > `), packetLimitMs)),
    );
    return results.map(({ error }) => error);
  };
  let output = '';
  const errors = await traffic().finally(async () => {
    output = (await capture.stop()).stdout;
  });
  return probes.flatMap((probe, index) => rowsOf(output, pod, probe, errors[index], expected, subjects));
}

function rowsOf(
  output: string,
  pod: SubjectPod,
  probe: SocketProbe,
  error: string | undefined,
  expected: 'backend' | 'service',
  { servers, demo }: CheckContext['subjects'],
): Evidence[] {
  const command = commandAt({ pod: pod.key }, 'tcpdump', captureArguments);
  const { targetPort } = portOf(demo, demoPorts[probe.protocol]);
  const backends = servers.map(({ address }) => `${address}:${targetPort}`);
  const service = [`${demo.clusterIP}:${probe.port}`];
  const peers = [...peersOf(output, probe.protocol, `${pod.address}:${probe.localPort ?? 0}`)];
  const [wanted, unwanted] = expected === 'backend' ? [backends, service] : [service, backends];
  const names = expected === 'backend' ? ['backend', 'Service'] : ['Service', 'backend'];
  const place = `${probe.protocol} of ${pod.key} on ${uplink}`;
  return [
    {
      what: `${probe.protocol} of ${pod.key} to ${service[0] ?? ''}`,
      expected: 'an answer',
      observed: error ?? 'answered',
      command: probeCommand({ pod: pod.key }, probe),
      ok: error === undefined,
    },
    some(
      { what: `${place} with the ${names[0]}'s address`, command },
      peers.filter((peer) => wanted.includes(peer)),
    ),
    none(
      { what: `${place} with the ${names[1]}'s address`, command },
      peers.filter((peer) => unwanted.includes(peer)),
    ),
  ];
}

/** Who talked with `local`, from lines as `IP 10.244.1.2.40000 > 10.244.2.3.7000: Flags [S]`. */
export function peersOf(output: string, protocol: 'tcp' | 'udp' | 'http', local: string): Set<string> {
  const peers = new Set<string>();
  for (const line of output.split('\n')) {
    const match = /\bIP (\S+)\.(\d+) > (\S+)\.(\d+): (Flags|UDP)?/.exec(line);
    if (match === null) continue;
    const [, from = '', fromPort = '', to = '', toPort = '', kind] = match;
    if ((kind === 'Flags') !== (protocol !== 'udp')) continue;
    const [a, b] = [`${from}:${fromPort}`, `${to}:${toPort}`];
    if (a === local) peers.add(b);
    if (b === local) peers.add(a);
  }
  return peers;
}
