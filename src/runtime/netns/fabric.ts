import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Exec } from '../../core/exec.ts';
import { configureNamespace, ipBatch, type NamespaceSetup } from '../../platform/net.ts';
import { bridge, fixedNamespaces, type Layout, type LayoutNode, type LayoutRole, uplink } from './layout.ts';
import { fabricSysctls, nodeSysctls, roleSysctls } from './sysctls.ts';

/** Makes the lab's namespaces and the links between them: one `ip`, then one process per namespace. */
export async function createFabric(exec: Exec, layout: Layout): Promise<void> {
  const { nodes, roles, fabric } = layout;
  await ipBatch(exec, [
    ...fixedNamespaces(layout).map((name) => `netns add ${name}`),
    ...[...nodes, ...roles].map((end) => vethLine(end.link, fabric, end.namespace, layout.mtu)),
  ]);
  await Promise.all([
    configureNamespace(exec, fabric, fabricSetup(layout)),
    ...nodes.map((node) => configureNamespace(exec, node.namespace, nodeSetup(layout, node))),
    ...roles.map((role) => configureNamespace(exec, role.namespace, roleSetup(role))),
  ]);
}

/**
 * The only thing that a lab puts into the host's namespace: one link with an address among the nodes,
 * so that `curl NODE:32000` works from the user's own shell. IPv6 is off before the link is up.
 */
export async function createHostLink(exec: Exec, layout: Layout): Promise<void> {
  const { link, peer, address } = layout.host;
  const prefix = layout.nodeCIDR.split('/')[1];
  await ipBatch(exec, [
    `link add ${link} mtu ${layout.mtu} type veth peer name ${peer} mtu ${layout.mtu} netns ${layout.fabric}`,
  ]);
  const ipv6 = `/proc/sys/net/ipv6/conf/${link}/disable_ipv6`;
  if (existsSync(ipv6)) await writeFile(ipv6, '1');
  await ipBatch(exec, [`address add ${address}/${prefix} dev ${link}`, `link set ${link} up`]);
  await configureNamespace(exec, layout.fabric, {
    sysctls: [],
    ip: [`link set ${peer} master ${bridge} up`],
  });
}

const vethLine = (link: string, fabric: string, namespace: string, mtu: number): string =>
  `link add ${link} netns ${fabric} mtu ${mtu} type veth peer name ${uplink} mtu ${mtu} netns ${namespace}`;

function fabricSetup({ nodes, roles, router, nodeCIDR, mtu }: Layout): NamespaceSetup {
  return {
    sysctls: fabricSysctls([...nodes, ...roles].map((end) => end.link)),
    ip: [
      'link set lo up',
      `link add ${bridge} mtu ${mtu} type bridge stp_state 0 forward_delay 0 mcast_snooping 0 nf_call_iptables 0`,
      `address add ${router}/${prefixOf(nodeCIDR)} dev ${bridge}`,
      `link set ${bridge} up`,
      ...nodes.map((node) => `link set ${node.link} master ${bridge} up`),
      ...roles.flatMap(({ link, router: address, network }) => [
        `address add ${address}/${prefixOf(network)} dev ${link}`,
        `link set ${link} up`,
      ]),
    ],
  };
}

const nodeSetup = ({ router, nodeCIDR }: Layout, { address }: LayoutNode): NamespaceSetup => ({
  sysctls: nodeSysctls(uplink),
  ip: hostLines(`${address}/${prefixOf(nodeCIDR)}`, router),
});

const roleSetup = ({ address, network, router }: LayoutRole): NamespaceSetup => ({
  sysctls: roleSysctls(uplink),
  ip: hostLines(`${address}/${prefixOf(network)}`, router),
});

const hostLines = (address: string, router: string): string[] => [
  'link set lo up',
  `address add ${address} dev ${uplink}`,
  `link set ${uplink} up`,
  `route add default via ${router} dev ${uplink}`,
];

const prefixOf = (cidr: string): string => cidr.slice(cidr.indexOf('/') + 1);
