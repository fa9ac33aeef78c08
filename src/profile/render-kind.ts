import { join } from 'node:path';
import { jsonMerge } from '../core/json-merge.ts';
import { labPaths } from '../core/paths.ts';
import type { RegistryMirror, ResolvedLab } from './resolved-lab.ts';

/** Label of every object that belongs to a lab. */
const labLabel = 'labctl.dev/lab';
/** kube-apiserver's own range: written out only where a lab wants another. */
const defaultNodePorts = '30000-32767';

/**
 * The kind cluster configuration of a lab. `registries` is the host directory that holds what
 * `registryFiles` lists; nodes mount it. `owner` are labels that tell labs of one name apart.
 */
export function renderKind(
  lab: ResolvedLab,
  registries = join(labPaths(lab.name).state, 'registries'),
  owner: Readonly<Record<string, string>> = {},
): unknown {
  const hasMirrors = lab.registryMirrors.length > 0;
  const node = (role: 'control-plane' | 'worker'): object => ({
    role,
    labels: { [labLabel]: lab.name, ...owner },
    ...(hasMirrors
      ? { extraMounts: [{ hostPath: registries, containerPath: certsDirectory, readOnly: true }] }
      : {}),
  });
  const config = {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name: lab.name,
    networking: {
      ipFamily: 'ipv4',
      disableDefaultCNI: true,
      kubeProxyMode: lab.kubeProxyMode,
      podSubnet: lab.network.podCIDR,
      serviceSubnet: lab.network.serviceCIDR,
    },
    nodes: [
      ...Array.from({ length: lab.nodes.controlPlanes }, () => node('control-plane')),
      ...Array.from({ length: lab.nodes.workers }, () => node('worker')),
    ],
    ...nodePortPatches(lab),
    ...(hasMirrors ? { containerdConfigPatches: [certsPatch] } : {}),
  };
  return jsonMerge(config, lab.raw.kind);
}

/** One hosts.toml per mirrored registry, by path below the registries directory. */
export const registryFiles = (
  lab: ResolvedLab,
): readonly { readonly path: string; readonly text: string }[] =>
  lab.registryMirrors.map(({ registry, endpoint }: RegistryMirror) => ({
    path: join(registry, 'hosts.toml'),
    text: `[host.${JSON.stringify(endpoint)}]\n  capabilities = ["pull", "resolve"]\n`,
  }));

const certsDirectory = '/etc/containerd/certs.d';
/** Needed by containerd 1.x; 2.x has it by default. The older `mirrors` table keeps 2.2 from starting. */
const certsPatch = `[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "${certsDirectory}"\n`;

/**
 * kube-apiserver must know a NodePort range of our own. kubeadm's two formats write arguments
 * differently; kind applies the patch whose apiVersion its node image uses.
 */
function nodePortPatches(lab: ResolvedLab): { readonly kubeadmConfigPatches?: readonly string[] } {
  const { first, last } = lab.network.nodePortRange;
  const range = `${first}-${last}`;
  if (range === defaultNodePorts) return {};
  const patch = (version: string, extraArgs: string): string =>
    `apiVersion: kubeadm.k8s.io/${version}\nkind: ClusterConfiguration\napiServer:\n  extraArgs:\n${extraArgs}\n`;
  return {
    kubeadmConfigPatches: [
      patch('v1beta3', `    service-node-port-range: "${range}"`),
      patch('v1beta4', `    - name: service-node-port-range\n      value: "${range}"`),
    ],
  };
}
