import { messageOf } from '../../core/errors.ts';
import { nodeNames } from '../../core/names.ts';
import { labPaths } from '../../core/paths.ts';
import { agentCgroup, childCgroup } from '../../platform/cgroup.ts';
import { privateDirectory } from '../../platform/fs.ts';
import { fixedNamespaces, removeStateDirectory } from '../../runtime/netns/index.ts';
import type { Step } from '../context.ts';
import { intend, journalPath } from '../owner-record.ts';
import { compileCgroup } from './compile.ts';

/** The owner record itself is written when the node network is picked; this is the list of what follows. */
export const record: Step = {
  title: 'Record what will be made',
  run: async ({ lab, layout, log, compiled }, report) => {
    const { name } = lab;
    const nodes = nodeNames(name, lab.nodes.controlPlanes, lab.nodes.workers);
    await intend(name, [
      { kind: 'directory', names: [labPaths(name).run, labPaths(name).state] },
      { kind: 'namespace', names: fixedNamespaces(layout) },
      { kind: 'link', names: [layout.host.link] },
      { kind: 'mount', names: [labPaths(name).bpffs] },
      {
        kind: 'cgroup',
        names: [
          compileCgroup(name),
          ...['controller', 'client', 'world'].map((child) => childCgroup(name, child)),
          ...nodes.flatMap((node) => [childCgroup(name, node), agentCgroup(name, node)]),
        ],
      },
      {
        kind: 'process',
        names: ['controller', 'client', 'world', ...nodes.map((node) => `agent of ${node}`)],
      },
    ]);
    await privateDirectory(labPaths(name).logs);
    // The step that needs it tells of a failure.
    compiled().catch((error: unknown) => log.debug(`compile: ${messageOf(error)}`));
    report(`${journalPath(name)}; nodes in ${layout.nodeCIDR}`);
  },
  undo: { title: 'Remove the record', run: ({ lab }) => removeStateDirectory(lab) },
};
