import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../core/errors.ts';
import { labPaths, stateRoot } from '../../core/paths.ts';
import { privateDirectory, removeTree, writeAtomic } from '../../platform/fs.ts';
import { kubectlFor } from '../../platform/kubectl.ts';
import type { LabContext } from '../context.ts';
import { readRecord } from '../owner-record.ts';
import { type AgentPods, agentPodsOf } from './agent-pods.ts';
import { kubeconfigOf } from './context.ts';

const questionsOf = ({
  namespace,
  label,
  value,
}: AgentPods): readonly (readonly [file: string, args: readonly string[]])[] => [
  ['nodes.yaml', ['get', 'nodes', '--output', 'yaml']],
  ['pods.txt', ['get', 'pods', '--all-namespaces', '--output', 'wide']],
  ['events.txt', ['get', 'events', '--all-namespaces', '--sort-by', '.lastTimestamp']],
  [
    'agents.log',
    [
      ...['logs', '--namespace', namespace, '--selector', `${label}=${value}`],
      ...['--all-containers', '--tail', '200', '--prefix'],
    ],
  ],
];

/** Keeps what explains a failure and says where. A full disk must not keep anybody from clearing up. */
export async function tellEvidence(lab: string, context: LabContext): Promise<void> {
  const when = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const directory = join(stateRoot(), '.evidence', `${lab}-${when}`);
  try {
    await keepKindEvidence(lab, directory, context);
    context.log.warn(`what explains the failure is kept in ${directory}`);
  } catch (error) {
    context.log.warn(`what explains the failure cannot be kept: ${messageOf(error)}`);
    await removeTree(directory);
  }
}

/** Copies the record and asks the cluster; what cannot be had any more says why in its place. */
async function keepKindEvidence(lab: string, directory: string, { exec }: LabContext): Promise<void> {
  await privateDirectory(directory);
  // Keys to a cluster that is about to go, but keys.
  await cp(labPaths(lab).state, directory, { recursive: true, filter: (from) => from !== kubeconfigOf(lab) });
  const kubectl = kubectlFor(exec, kubeconfigOf(lab));
  await Promise.all(
    questionsOf(agentPodsOf(await readRecord(lab))).map(async ([file, args]) => {
      const text = await kubectl.run(args).catch((error: unknown) => `${messageOf(error)}\n`);
      await writeAtomic(join(directory, file), text);
    }),
  );
}
