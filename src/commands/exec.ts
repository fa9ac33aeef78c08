import { notFound, usageError } from '../core/errors.ts';
import { keyOf } from '../core/k8s.ts';
import { nearestWord } from '../core/nearest-word.ts';
import type { Runtime, Target } from '../runtime/port.ts';
import type { CommandDefinition } from './command.ts';
import { isOn, labNameOf, nameOption, wordArg, wordsArg } from './shared.ts';

export const exec: CommandDefinition = {
  name: 'exec',
  summary: 'run a command in a node, a pod, or the outside client or world host',
  arguments: [
    { name: '<where>', summary: 'NODE, POD, NAMESPACE/POD, client or world' },
    { name: '[command...]', summary: 'the command and its words; a shell where it is left out' },
  ],
  options: [
    nameOption,
    {
      flags: '--outside-cgroup',
      summary: "stay out of the node's cgroup: Services are translated per packet",
    },
  ],
  outputs: [],
  passThrough: true,
  examples: [
    'labctl exec lab-worker -- ip -br address',
    'labctl exec demo-x7k2p -- curl -s http://10.96.1.0:8080/',
  ],
  run: async (context, args, options) => {
    const { openLab } = await import('../lab/index.ts');
    const lab = await openLab(labNameOf(options));
    const where = wordArg(args, 0) ?? '';
    const [file = 'sh', ...rest] = wordsArg(args, 1);
    const target = await targetOf(where, lab.runtime);
    const outsideCgroup = isOn(options, 'outsideCgroup');
    if (outsideCgroup && !('pod' in target)) {
      throw usageError('E_USAGE', `${where} is no pod, and --outside-cgroup is for pods`, {
        fix: 'leave --outside-cgroup out',
      });
    }
    const command = await lab.runtime.argvAt(
      outsideCgroup ? { ...target, outsideCgroup } : target,
      file,
      rest,
    );
    return { exitCode: await context.interactive(command.file, command.args) };
  },
};

/** A node's name, `client`, `world`, or a pod as NAME or NAMESPACE/NAME. */
async function targetOf(where: string, runtime: Pick<Runtime, 'nodes' | 'cluster'>): Promise<Target> {
  if (runtime.nodes.some((node) => node.name === where)) return { node: where };
  if (where === 'client' || where === 'world') return { role: where };
  const pods = (await runtime.cluster.list('Pod')).map(keyOf);
  const key = where.replace(/^pod\//, '');
  const found = pods.find((pod) => pod === (key.includes('/') ? key : `default/${key}`));
  if (found !== undefined) return { pod: found };
  const known = [...runtime.nodes.map((node) => node.name), 'client', 'world', ...pods];
  const nearest = nearestWord(where, known);
  throw notFound('E_NO_TARGET', `the lab has no node or pod ${where === '' ? '""' : where}`, {
    fix: nearest === undefined ? `one of: ${known.join(', ')}` : `did you mean ${nearest}?`,
  });
}
