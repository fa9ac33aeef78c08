import type { AgentConfig, AgentPaths, ClusterConfig } from '../core/agent-config.ts';
import { cacheRoot, labPaths, nodePaths } from '../core/paths.ts';
import { apiServerOf } from './api-server.ts';
import type { ResolvedLab } from './resolved-lab.ts';

/** What a runtime knows of an agent's surroundings. */
export interface AgentPlace {
  readonly device: string;
  readonly paths: AgentPaths;
  readonly cluster: ClusterConfig;
}

/** What the agent of one node reads at its start. */
export function renderAgent(lab: ResolvedLab, node: string, place: AgentPlace): AgentConfig {
  const { podCIDR, serviceCIDR, nativeRoutingCIDR, nodePortRange, natPortRange, mtu } = lab.network;
  const { device, paths, cluster } = place;
  return {
    schema: 'labctl.dev/agent/v1',
    lab: lab.name,
    node,
    profile: lab.profile,
    datapath: lab.datapath,
    network: { podCIDR, serviceCIDR, nativeRoutingCIDR, nodePortRange, natPortRange, device, mtu },
    paths,
    cluster,
  };
}

/** An agent of an embedded lab: a process in the node's namespaces and cgroup. */
export function embeddedPlace(
  lab: string,
  node: string,
  machine: { cgroup: string; bpf: string },
): AgentPlace {
  const { run, agentSocket, pins } = nodePaths(lab, node);
  return {
    device: 'eth0',
    paths: { run, socket: agentSocket, pins, cache: cacheRoot(), ...machine },
    cluster: { source: 'directory', path: labPaths(lab).cluster },
  };
}

/** An agent in Kubernetes: a pod of the chart, the same on every node. The chart mounts these paths. */
export function kubernetesPlace(lab: ResolvedLab): AgentPlace {
  const server = apiServerOf(lab);
  return {
    device: 'eth0',
    paths: {
      run: '/run/labctl',
      socket: '/run/labctl/agent.sock',
      pins: '/sys/fs/bpf/labctl',
      cgroup: '/host/cgroup',
      cache: lab.agent.dev ? '/run/labctl/cache' : '/var/cache/labctl',
      bpf: '/opt/labctl/bpf',
    },
    cluster: {
      source: 'kubernetes',
      server: server === undefined ? null : `https://${server.host}:${server.port}`,
      ipam: lab.ipam.mode,
    },
  };
}
