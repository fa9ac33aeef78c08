import { systemNamespace } from '../../kind/context.ts';
import type { ClusterFacts } from '../facts.ts';
import { placeOf, type Refusal, readyOf } from './rule.ts';

/** Whoever installs a CNI plug-in mounts the directory that kubelets read. */
export function foreignCni({ daemonSets, inside }: ClusterFacts): Refusal[] {
  const installers = daemonSets.filter(
    ({ metadata, spec }) =>
      metadata.namespace !== systemNamespace &&
      spec.template.spec.volumes?.some(
        ({ hostPath }) => hostPath?.path.startsWith('/etc/cni/net.d') === true,
      ),
  );
  return [
    ...installers.map((set) => ({
      what: `DaemonSet ${placeOf(set)} is the cluster's CNI`,
      fix: 'take a cluster without one (kind: networking.disableDefaultCNI), or remove it with its files and pods',
    })),
    ...inside
      .filter(({ cniFiles }) => cniFiles.length > 0)
      .map(({ name, cniFiles }) => ({
        what: `node ${name} has a CNI configuration: ${cniFiles.join(', ')}`,
        fix: `remove /etc/cni/net.d/${cniFiles[0]} on it when nothing uses it any more`,
      })),
  ];
}

/** A kubelet without a CNI is not ready: one that is has a network from somewhere. */
export const readyNodes = ({ nodes, inside }: ClusterFacts): Refusal[] =>
  nodes
    .filter(
      (node) => readyOf(node)?.status === 'True' && !inside.some(({ name }) => name === node.metadata.name),
    )
    .map(({ metadata }) => ({
      what: `node ${metadata.name} is ready without labctl: something gives its pods a network`,
      fix: 'take a cluster without a CNI, or remove its configuration in /etc/cni/net.d of every node',
    }));
