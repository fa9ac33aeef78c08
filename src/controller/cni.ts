import { failure, messageOf } from '../core/errors.ts';
import type { Exec } from '../core/exec.ts';
import { nodePaths } from '../core/paths.ts';
import { namespacePath } from '../platform/placed.ts';

/** One attachment of a pod to the network, as a kubelet names it. */
export interface Attachment {
  readonly lab: string;
  readonly node: string;
  readonly containerId: string;
  /** Name in /run/netns. */
  readonly namespace: string;
  readonly podNamespace: string;
  readonly pod: string;
}

export interface Cni {
  /** Resolves with the pod's address when the pod is connected. */
  readonly add: (attachment: Attachment) => Promise<string>;
  /** May be repeated, and for attachments that were never made. */
  readonly remove: (attachment: Attachment) => Promise<void>;
}

const limitMs = 20_000;

/** Calls the CNI plug-in as the specification says: parameters in the environment, configuration on stdin. */
export function openCni(exec: Exec, plugin: string): Cni {
  const call = async (command: 'ADD' | 'DEL', attachment: Attachment): Promise<string> => {
    const { lab, node, containerId, namespace, podNamespace, pod } = attachment;
    const result = await exec(plugin, [], {
      input: JSON.stringify({
        cniVersion: '1.0.0',
        name: 'labctl',
        type: 'labctl-cni',
        agentSocket: nodePaths(lab, node).agentSocket,
      }),
      env: {
        CNI_COMMAND: command,
        CNI_CONTAINERID: containerId,
        CNI_NETNS: namespacePath(namespace),
        CNI_IFNAME: 'eth0',
        CNI_PATH: plugin.slice(0, plugin.lastIndexOf('/')),
        CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=${podNamespace};K8S_POD_NAME=${pod};K8S_POD_INFRA_CONTAINER_ID=${containerId}`,
      },
      timeoutMs: limitMs,
      allowFailure: true,
    });
    if (result.exitCode === 0) return result.stdout;
    throw failure(
      'E_CNI',
      `CNI ${command}: ${reasonOf(result.stdout) ?? `exit code ${result.exitCode} ${result.stderr}`}`,
    );
  };
  return {
    add: async (attachment) => addressIn(await call('ADD', attachment)),
    remove: async (attachment) => {
      await call('DEL', attachment);
    },
  };
}

function addressIn(stdout: string): string {
  try {
    const result = JSON.parse(stdout) as { ips?: { address?: string }[] };
    const address = result.ips?.[0]?.address?.split('/')[0];
    if (address !== undefined) return address;
    throw new Error('it has no address');
  } catch (cause) {
    throw failure('E_CNI', `CNI ADD answered ${JSON.stringify(stdout)}: ${messageOf(cause)}`, { cause });
  }
}

/** A plug-in that fails prints {code, msg, details}. */
function reasonOf(stdout: string): string | undefined {
  try {
    const { msg, details } = JSON.parse(stdout) as { msg?: string; details?: string };
    return msg === undefined ? undefined : [msg, details].filter(Boolean).join(': ');
  } catch {
    return undefined;
  }
}
