import { join } from 'node:path';
import type { AgentConfig } from '../core/agent-config.ts';
import type { Exec } from '../core/exec.ts';
import type { Log } from '../core/log.ts';
import { once } from '../core/once.ts';
import type { DatapathTables } from './datapath.ts';
import { findIptables, type Iptables } from './iptables/backend.ts';
import { type KubeProxy, removeKubeProxy, startKubeProxy } from './kube-proxy/index.ts';
import { applyMasquerade, endMasquerade, keepConntrack } from './masquerade/iptables.ts';
import { nodeNameServers } from './node/name-servers.ts';
import { applySettings, noRouteLocalnet } from './node/sysctls.ts';
import type { Desired, WatchedKind } from './reconcile/desired.ts';
import { ipcacheRows, viaStackRows } from './reconcile/ipcache.ts';
import type { ClusterNode } from './reconcile/nodes.ts';
import type { Target } from './reconcile/reconciler.ts';
import { createRoutes, wantedRoutes } from './reconcile/routes.ts';
import { isSwitched, type Traces } from './traces.ts';

export interface TargetsContext {
  readonly config: AgentConfig;
  readonly node: ClusterNode;
  readonly desired: Desired;
  readonly tables: DatapathTables;
  /** Of the agents before this one. */
  readonly traces: Traces;
  /** Puts the programs that are loaded in the place of those that run. */
  readonly attach: () => Promise<unknown>;
  readonly exec: Exec;
  readonly log: Log;
}

interface Row extends Target {
  /** Whether the configuration asks for it. */
  readonly when: boolean;
}

const nodes: readonly WatchedKind[] = ['Node'];
const services: readonly WatchedKind[] = ['Service', 'EndpointSlice'];

/**
 * What the agent keeps in the kernel, in the order in which it is written. First what the programs and
 * chains of this configuration read, then the programs themselves, last the traces of another one: so
 * every packet of a switch finds a whole way, the old or the new.
 */
export function targetsOf(context: TargetsContext): Target[] {
  const { config, node, desired, tables, traces, exec } = context;
  const { datapath, network } = config;
  // There the chains are written by the real kube-proxy, and the node's name server may be one that
  // netfilter redirects.
  const isKubernetes = config.cluster.source === 'kubernetes';
  const nameServers = isKubernetes ? nodeNameServers() : [];
  const routes = createRoutes(exec, { device: network.device, address: node.address });
  const iptables = once(() => findIptables(exec, { lockFile: join(config.paths.run, 'xtables.lock') }));
  const kubeProxy = once(async () => startKubeProxy({ exec, iptables: await iptables() }));

  const rows: readonly Row[] = [
    {
      name: 'ipcache',
      when: true,
      follows: nodes,
      apply: () =>
        tables.ipcache.replace([
          ...viaStackRows(nameServers),
          ...ipcacheRows(desired.nodes(), node.name, network.nativeRoutingCIDR),
        ]),
    },
    {
      name: 'routes',
      when: datapath.routing === 'native',
      follows: nodes,
      apply: () => routes.apply(wantedRoutes(desired.nodes(), node.name)),
    },
    {
      name: 'services',
      when: datapath.serviceLB === 'bpf',
      follows: services,
      apply: () => desired.services.flush(),
    },
    {
      name: 'kube-proxy',
      when: datapath.serviceLB === 'kube-proxy' && !isKubernetes,
      follows: services,
      apply: async () => applyKubeProxy(await kubeProxy(), context),
    },
    {
      name: 'masquerade',
      when: datapath.masquerade === 'iptables',
      follows: nodes,
      apply: async () => masquerade(await iptables(), context),
    },
    {
      name: 'programs',
      when: true,
      follows: [],
      isAfterAll: true,
      apply: context.attach,
    },
    {
      name: 'services emptied',
      when: datapath.serviceLB !== 'bpf',
      follows: [],
      isAfterAll: true,
      apply: () => {
        tables.services.replace([]);
        tables.backends.replace([]);
      },
    },
    {
      name: 'conntrack kept',
      when: datapath.serviceLB === 'bpf' && datapath.masquerade === 'bpf' && isSwitched(config, traces),
      follows: [],
      isAfterAll: true,
      apply: async () => keepConntrack(await iptables()),
    },
    {
      name: 'kube-proxy removed',
      when: datapath.serviceLB !== 'kube-proxy' && traces.kubeProxy,
      follows: [],
      isAfterAll: true,
      apply: async () => removeKubeProxy({ exec, iptables: await iptables() }),
    },
    {
      name: 'loopback closed',
      when: datapath.serviceLB !== 'kube-proxy' && !isKubernetes,
      follows: [],
      isAfterAll: true,
      apply: () => void applySettings(noRouteLocalnet),
    },
    {
      name: 'masquerade removed',
      when: datapath.masquerade !== 'iptables' && traces.masquerade,
      follows: [],
      isAfterAll: true,
      apply: async () => endMasquerade(await iptables()),
    },
  ];
  return rows.filter(({ when }) => when);
}

async function applyKubeProxy(
  kubeProxy: KubeProxy,
  { desired, node, config, log }: TargetsContext,
): Promise<void> {
  desired.services.flush();
  const applied = await kubeProxy.apply({
    nodeName: node.name,
    nodeIP: node.address,
    clusterCIDR: config.network.podCIDR,
    services: desired.services.services(),
    endpointSlices: desired.services.slices(),
  });
  if (applied.hasChanged) log.info('kube-proxy rules written', { staleUdp: applied.staleUdp ?? 'unknown' });
}

const masquerade = (iptables: Iptables, { desired, config }: TargetsContext): Promise<boolean> =>
  applyMasquerade(iptables, {
    podCIDR: config.network.podCIDR,
    nativeRoutingCIDR: config.network.nativeRoutingCIDR,
    nodeAddresses: desired.nodes().map(({ address }) => address),
  });
