import { architecture } from '../../../core/architecture.ts';
import type { ClusterNode } from '../facts.ts';
import { type Refusal, readyOf } from './rule.ts';

const oldestKernel: readonly [number, number] = [6, 1];

export function unfitNode(node: ClusterNode): Refusal[] {
  const { name } = node.metadata;
  const ready = readyOf(node);
  const { nodeInfo } = node.status ?? {};
  const [major = 0, minor = 0] = (nodeInfo?.kernelVersion ?? '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  const waitsForNetwork = /cni|NetworkPluginNotReady|network plugin/i.test(ready?.message ?? '');
  return [
    ...(ready?.status === 'True' || (ready?.status === 'False' && waitsForNetwork)
      ? []
      : [
          {
            what: `node ${name} is not ready: ${ready?.message ?? 'no state yet'}`,
            fix: `kubectl describe node ${name}`,
          },
        ]),
    ...(nodeInfo === undefined ||
    (nodeInfo.operatingSystem === 'linux' && nodeInfo.architecture === architecture)
      ? []
      : [
          {
            what: `node ${name} runs ${nodeInfo.operatingSystem} on ${nodeInfo.architecture}`,
            fix: `images are built here, for linux on ${architecture}: run labctl on a machine like the nodes`,
          },
        ]),
    ...(nodeInfo === undefined ||
    major > oldestKernel[0] ||
    (major === oldestKernel[0] && minor >= oldestKernel[1])
      ? []
      : [
          {
            what: `node ${name} has kernel ${nodeInfo.kernelVersion}`,
            fix: `the datapath needs ${oldestKernel.join('.')} or newer`,
          },
        ]),
  ];
}
