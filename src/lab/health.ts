import { existsSync } from 'node:fs';
import { hostLink } from '../core/names.ts';
import { labPaths, nodePaths } from '../core/paths.ts';
import { mounts } from '../platform/mounts.ts';
import { listNamespaces } from '../platform/net.ts';
import { agentUnreadiness, runningAgent } from '../platform/node-agent.ts';
import { fixedNamespaces, runningController } from '../runtime/netns/index.ts';
import { layoutOf } from './layout-of.ts';
import type { OwnerRecord } from './owner-record.ts';

/** A part of a lab that is not as `up` left it. */
export interface BrokenPart {
  readonly what: string;
  /** A process can be started again; a namespace takes everything in it along. */
  readonly canRestart: boolean;
}

/** Looks at what the kernel has. Nothing broken: an empty list. */
export async function brokenParts(record: OwnerRecord): Promise<BrokenPart[]> {
  const { lab } = record;
  const layout = layoutOf(record.resolved, record.nodeCIDR);
  const namespaces = await listNamespaces();
  const lost = [
    ...fixedNamespaces(layout)
      .filter((name) => !namespaces.includes(name))
      .map((name) => `namespace ${name} has gone`),
    ...(existsSync(`/sys/class/net/${hostLink(lab)}`) ? [] : [`link ${hostLink(lab)} has gone`]),
    ...(mounts().some((mount) => mount.at === labPaths(lab).bpffs) ? [] : ['its bpffs has gone']),
    ...layout.nodes
      .filter((node) => !existsSync(nodePaths(lab, node.name).config))
      .map((node) => `the configuration of node ${node.name} has gone`),
  ];
  const dead = await Promise.all(
    layout.nodes.map(async ({ name: node }) => {
      const place = { lab, node };
      if ((await runningAgent(place)) === undefined) return `the agent of ${node} does not run`;
      const reason = await agentUnreadiness(place);
      return reason === undefined ? undefined : `the agent of ${node} is not ready: ${reason}`;
    }),
  );
  const controller = (await runningController(lab)) === undefined ? ['the controller does not run'] : [];
  return [
    ...lost.map((what) => ({ what, canRestart: false })),
    ...[...dead.filter((what) => what !== undefined), ...controller].map((what) => ({
      what,
      canRestart: true,
    })),
  ];
}
