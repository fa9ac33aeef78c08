import type { Check, Evidence } from '../check.ts';
import { followMs } from '../engine/follow.ts';
import { none, sameSet, some } from '../evidence.ts';
import { backendsOn, type DesiredPort, desiredPorts } from '../kernel/desired-services.ts';
import type { NodeEvidence } from '../kernel/view.ts';
import { probeCommand } from '../probe/place.ts';
import { clients } from '../scenarios/sources.ts';
import { portOf } from '../subjects.ts';
import { onEveryNode } from './per-node.ts';

export const serviceTableClaims: readonly Check[] = [
  {
    id: 'claim.services.in-maps',
    kind: 'claim',
    sentence: "the maps of every node hold the cluster's Services and their ready endpoints, no more",
    profiles: ['kpr', 'ebpf'],
    needs: [],
    quick: true,
    settleMs: followMs.services,
    run: async (context) => {
      const ports = await desiredPorts(context.runtime.cluster);
      return await onEveryNode(context, (node, evidence) => {
        const command = context.kernel.inspectCommand(node);
        return [
          some({ what: `Services of the cluster for ${node}`, command: 'labctl get services' }, [
            ...new Set(ports.map(({ name }) => name)),
          ]),
          sameSet(
            { what: `frontends and backends in the maps of ${node}`, command },
            ports.flatMap((port) => wantedEntries(port, node)),
            presentEntries(evidence),
          ),
        ];
      });
    },
  },
  {
    id: 'claim.services.not-in-maps',
    kind: 'claim',
    sentence: 'Services answer although no map of any node holds one',
    profiles: ['kube-proxy'],
    needs: [],
    quick: true,
    run: async (context) => [
      ...(await onEveryNode(context, (node, evidence) => [
        none(
          { what: `Services in the maps of ${node}`, command: context.kernel.inspectCommand(node) },
          presentEntries(evidence),
        ),
      ])),
      ...(await Promise.all(
        clients(context.subjects).map(async ({ key }): Promise<Evidence> => {
          const { demo } = context.subjects;
          const probe = {
            protocol: 'http',
            address: demo.clusterIP,
            port: portOf(demo, 'http').port,
            bytes: 0,
          } as const;
          const result = await context.prober.probe({ pod: key }, probe);
          return {
            what: `${key} to ${probe.address}:${probe.port}`,
            expected: 'an answer',
            observed: result.ok ? `from ${result.answeredBy?.pod ?? 'unknown'}` : (result.error ?? 'none'),
            command: probeCommand({ pod: key }, probe),
            ok: result.ok,
          };
        }),
      )),
    ],
  },
];

/** The NodePort of any address of any node. */
const anyNode = '0.0.0.0';

/** `address:port/protocol -> backends` for each address by which a port is reached from inside. */
function wantedEntries(port: DesiredPort, node: string): string[] {
  const inside = backendsOn(port.backends, port.internalPolicy, node);
  const outside = backendsOn(port.backends, 'Cluster', node);
  const frontends = [
    { address: port.clusterIP, number: port.port, backends: inside },
    ...(port.nodePort === undefined ? [] : [{ address: anyNode, number: port.nodePort, backends: outside }]),
    ...port.externals.map((address) => ({ address, number: port.port, backends: outside })),
  ];
  return frontends.map(({ address, number, backends }) =>
    entry(`${address}:${number}/${port.protocol}`, backends),
  );
}

/** Scope `external` repeats a frontend for outside clients; traffic policy is checked by traffic. */
const presentEntries = ({ inspection }: NodeEvidence): string[] =>
  inspection.tables.services
    .filter(({ scope }) => scope === 'cluster')
    .map(({ address, port, protocol, backends }) =>
      entry(
        `${address}:${port}/${protocol}`,
        backends.map((backend) => `${backend.address}:${backend.port}`),
      ),
    );

const entry = (frontend: string, backends: readonly string[]): string =>
  `${frontend} -> ${backends.length === 0 ? 'none' : [...backends].sort().join(' ')}`;
