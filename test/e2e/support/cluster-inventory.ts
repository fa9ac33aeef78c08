import { expect } from 'vitest';
import { sh } from './cli.ts';
import { inContainer } from './docker.ts';

/** A cluster whose nodes are containers, as somebody beside the lab sees it. */
export interface ClusterInventory {
  /** The cluster and its nodes, by what is not ours. */
  readonly everything: () => Promise<readonly unknown[]>;
  /** The lab's programs on the nodes of the cluster, by id as the kernel has them. */
  readonly programIds: () => Promise<readonly string[]>;
}

/** What a node holds that a datapath could change, and that does not change by itself. */
const nodeScript = `
ls /etc/cni/net.d /opt/cni/bin /sys/fs/bpf
ip -o link show | sed 's/@.*//;s/^[0-9]*: //' | cut -d: -f1
ip route
ip -4 -o address show | awk '{print $2, $4}'
iptables-nft-save 2>/dev/null | sed '/^#/d;s/\\[.*\\]//'
for file in /proc/sys/net/ipv4/conf/{all,default,eth0}/* /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_local_port_range; do
  echo "$file $(cat $file 2>/dev/null)"
done
ctr --namespace k8s.io images list --quiet | sort
grep ' /sys/fs/bpf bpf ' /proc/mounts || echo 'no bpffs'
`;
const kinds =
  'namespaces,daemonsets,deployments,services,configmaps,serviceaccounts,clusterroles,clusterrolebindings,roles,rolebindings';

export function clusterInventory(
  nodes: readonly string[],
  kubectl: (...args: readonly string[]) => Promise<string>,
): ClusterInventory {
  return {
    everything: async () => {
      const inNodes = await Promise.all(nodes.map((node) => inContainer(node, 'bash', '-c', nodeScript)));
      const objects = await kubectl('get', kinds, '--all-namespaces', '--output', 'name');
      const marks = ['.metadata.labels', '.metadata.annotations', '.spec.podCIDR'];
      const template = marks.map((field) => `{.items[*]${field}}`).join('');
      const marked = await kubectl('get', 'nodes', '--output', `jsonpath=${template}`);
      return [inNodes.map((text) => text.split('\n')), objects.split('\n'), marked];
    },
    programIds: async () => (await Promise.all(nodes.map(programsOf))).flat().sort(),
  };
}

async function programsOf(node: string): Promise<readonly string[]> {
  const pid = (await sh('docker', 'inspect', '--format', '{{.State.Pid}}', node)).trim();
  const pins = `/proc/${pid}/root/sys/fs/bpf/labctl/programs`;
  const names = (await sh('ls', pins)).split('\n').filter(Boolean);
  expect(names.length).toBeGreaterThan(4);
  return await Promise.all(
    names.map(async (name) => {
      const { id } = JSON.parse(await sh('bpftool', '-j', 'prog', 'show', 'pinned', `${pins}/${name}`)) as {
        id: number;
      };
      return `${node} ${name} ${id}`;
    }),
  );
}
