import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentConfig } from '../../core/agent-config.ts';
import { environmentError } from '../../core/errors.ts';
import { isErrno } from '../../platform/fs.ts';
import { localPortRange } from './port-range.ts';

export interface Setting {
  /** Path below /proc/sys. */
  readonly name: string;
  readonly value: string;
  /** Kernels without it need nothing. */
  readonly isOptional?: boolean;
}

/**
 * Everything that the datapath relies on, whatever the host's defaults are: a new namespace copies the
 * host's values for `all` and `default`, and starts with bridge netfilter on.
 */
export function nodeSettings(config: AgentConfig): Setting[] {
  const { device } = config.network;
  const conf = (name: string, value: string): Setting[] =>
    ['all', 'default', device].map((link) => ({ name: `net/ipv4/conf/${link}/${name}`, value }));
  return [
    { name: 'net/ipv4/ip_forward', value: '1' },
    // Replies to a Service come in where the reverse path does not lead.
    ...conf('rp_filter', '0'),
    ...conf('accept_local', '0'),
    ...conf('arp_ignore', '0'),
    ...conf('arp_announce', '0'),
    ...conf('arp_filter', '0'),
    ...conf('proxy_arp', '0'),
    ...conf('forwarding', '1'),
    // A NodePort goes out where it came in; clients must not be told to go round us.
    ...conf('send_redirects', '0'),
    ...conf('accept_redirects', '0'),
    ...routeLocalnet(config),
    { name: 'net/ipv4/ip_local_port_range', value: localPortRange(config.network) },
    ...['iptables', 'ip6tables', 'arptables'].map((table) => ({
      name: `net/bridge/bridge-nf-call-${table}`,
      value: '0',
      isOptional: true,
    })),
  ];
}

/** In Kubernetes kube-proxy and whoever redirects the node's name server to 127.0.0.11 know better. */
function routeLocalnet({ cluster, datapath }: AgentConfig): Setting[] {
  if (cluster.source === 'kubernetes' || datapath.serviceLB !== 'kube-proxy') return [];
  return [{ name: 'net/ipv4/conf/all/route_localnet', value: '1' }];
}

/** For the end of a switch: until its chains are gone, NodePorts on 127.0.0.1 are kube-proxy's. */
export const noRouteLocalnet: readonly Setting[] = [{ name: 'net/ipv4/conf/all/route_localnet', value: '0' }];

/** Values before the first change, by name. */
export type OldValues = Readonly<Record<string, string>>;

/** A container sees /proc/sys read-only, and gets the node's writable one at another place. */
const sysctlRoot = (): string => process.env.LABCTL_PROC_SYS ?? '/proc/sys';

/** Writes what differs, and answers the values that it found. */
export function applySettings(settings: readonly Setting[], root = sysctlRoot()): OldValues {
  const old: Record<string, string> = {};
  for (const { name, value, isOptional } of settings) {
    const path = join(root, name);
    try {
      const before = readFileSync(path, 'utf8').trim().replace(/\s+/g, ' ');
      old[name] = before;
      if (before !== value) writeFileSync(path, value);
    } catch (cause) {
      if (isOptional === true && (cause as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw environmentError('E_SYSCTL', `${path} could not be set to "${value}"`, {
        cause,
        fix: 'the agent needs a writable /proc/sys/net of its node, and CAP_NET_ADMIN',
      });
    }
  }
  return old;
}

/** Writes values back that `applySettings` found; those whose device has gone have nowhere to go. */
export function restoreSettings(values: OldValues, root = sysctlRoot()): void {
  for (const [name, value] of Object.entries(values)) {
    try {
      writeFileSync(join(root, name), value);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
    }
  }
}
