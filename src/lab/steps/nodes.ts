import type { Node } from '../../core/k8s.ts';
import { labPaths, nodePaths } from '../../core/paths.ts';
import { childCgroup, createCgroup } from '../../platform/cgroup.ts';
import { privateDirectory, writeAtomic } from '../../platform/fs.ts';
import { mountBpffs } from '../../platform/mounts.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { type Layout, removePins, removeRunDirectory } from '../../runtime/netns/index.ts';
import type { Step } from '../context.ts';
import { agentConfig } from '../render/rendering.ts';

export const nodes: Step = {
  title: 'Make nodes',
  run: async ({ exec, lab, layout, store }) => {
    await mountBpffs(exec, lab.name, labPaths(lab.name).bpffs);
    await Promise.all(
      layout.nodes.map(async (node) => {
        const paths = nodePaths(lab.name, node.name);
        await Promise.all([
          privateDirectory(paths.run),
          privateDirectory(paths.pins),
          createCgroup(childCgroup(lab.name, node.name)),
        ]);
        await writeAgentConfig(lab, node.name);
        await store.put<'Node'>(nodeObject(lab, node));
      }),
    );
  },
  undo: {
    title: 'Remove pins and sockets',
    run: async ({ exec, lab }) => {
      await removePins(exec, lab);
      await removeRunDirectory(exec, lab);
    },
  },
};

export async function writeAgentConfig(lab: ResolvedLab, node: string): Promise<void> {
  const text = `${JSON.stringify(agentConfig(lab, node), null, 2)}\n`;
  await writeAtomic(nodePaths(lab.name, node).config, text);
}

function nodeObject(lab: ResolvedLab, node: Layout['nodes'][number]): Node {
  const role = node.role === 'control-plane' ? { 'node-role.kubernetes.io/control-plane': '' } : {};
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      labels: { 'kubernetes.io/hostname': node.name, 'labctl.dev/lab': lab.name, ...role },
    },
    spec: { podCIDR: node.podCIDR },
    status: {
      addresses: [
        { type: 'InternalIP', address: node.address },
        { type: 'Hostname', address: node.name },
      ],
      conditions: [{ type: 'Ready', status: 'False', reason: 'AgentNotReady' }],
    },
  };
}
