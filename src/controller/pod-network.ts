import type { Exec } from '../core/exec.ts';
import { configureNamespace, ipBatch, listNamespaces } from '../platform/net.ts';
import type { Attachment, Cni } from './cni.ts';
import type { PodRecord } from './pod-record.ts';

/** What a pod's namespace has before the plug-in is called; the plug-in brings eth0. */
const podSetup = {
  sysctls: [
    ['net/ipv6/conf/all/disable_ipv6', '1'],
    ['net/ipv6/conf/default/disable_ipv6', '1'],
    ['net/ipv6/conf/lo/disable_ipv6', '0'],
    ['net/ipv4/ip_forward', '0'],
    ['net/ipv4/conf/all/rp_filter', '0'],
    ['net/ipv4/conf/default/rp_filter', '0'],
    ['net/ipv4/ping_group_range', '0 2147483647'],
  ],
  ip: ['link set lo up'],
} as const;

export async function makePodNamespace(exec: Exec, record: PodRecord): Promise<void> {
  if (record.hostNetwork) return;
  if (!(await listNamespaces()).includes(record.namespace)) {
    await ipBatch(exec, [`netns add ${record.namespace}`]);
  }
  await configureNamespace(exec, record.namespace, podSetup);
}

/** Disconnects before the namespace goes, so that the plug-in still finds what it made there. */
export async function removePodNetwork(exec: Exec, cni: Cni, lab: string, record: PodRecord): Promise<void> {
  if (record.hostNetwork) return;
  await cni.remove(attachmentOf(lab, record));
  if ((await listNamespaces()).includes(record.namespace)) {
    await ipBatch(exec, [`netns delete ${record.namespace}`]);
  }
}

export function attachmentOf(lab: string, record: PodRecord): Attachment {
  const [podNamespace = '', pod = ''] = record.key.split('/');
  const { node, containerId, namespace } = record;
  return { lab, node, containerId, namespace, podNamespace, pod };
}
