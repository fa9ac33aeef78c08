import type { Direction } from '../bpf-sys/index.ts';
import type { AgentConfig } from '../core/agent-config.ts';
import type { Hooks } from './attach/index.ts';
import { attachEndpoints } from './endpoints/open.ts';
import type { Endpoints } from './endpoints/ports.ts';

/**
 * Puts the programs that are loaded on the node's devices, sockets and pods, each in the place of the one
 * that runs there. Repeatable.
 */
export async function attachNode(
  { datapath, network, paths }: AgentConfig,
  hooks: Hooks,
  endpoints: Endpoints,
): Promise<void> {
  const uplink = (...directions: readonly Direction[]): void => hooks.device(network.device, directions);
  // What pods send past the stack is masqueraded by the uplink's egress and by nothing else.
  const isEgressFirst = datapath.masquerade === 'bpf';
  if (isEgressFirst) uplink('egress');
  await attachEndpoints(endpoints);
  uplink('ingress');
  if (!isEgressFirst) uplink('egress');
  if (datapath.serviceLB === 'bpf') hooks.cgroup(paths.cgroup);
  else hooks.detachCgroup();
  // What no longer has a program or a device goes.
  hooks.refresh();
}
