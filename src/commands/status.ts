import type { CommandDefinition } from './command.ts';
import { isOn, labNameOf, nameOption } from './shared.ts';

export const status: CommandDefinition = {
  name: 'status',
  summary: 'whether a lab is healthy, and what is wrong where it is not',
  options: [nameOption, { flags: '--exit-zero', summary: 'exit 0 whatever the answer is' }],
  examples: ['labctl status', 'labctl status -o json --exit-zero'],
  run: async (_context, _args, options) => {
    const { labStatus, labsInstead } = await import('../lab/index.ts');
    const found = await labStatus(labNameOf(options));
    const others = found.state === 'none' ? await labsInstead() : [];
    const rows = [
      ...found.nodes.map((node) => ['node', node.name, node.state, node.detail]),
      ...found.pods.map((pod) => ['pod', pod.name, pod.state, pod.detail]),
      ...(found.programs ?? []).map(({ name, state, detail }) => ['program', name, state, detail]),
    ];
    return {
      data: found,
      table: { head: ['KIND', 'NAME', 'STATE', 'DETAIL'], rows },
      text: [...found.problems, `lab ${found.lab}: ${found.state}`, ...others].join('\n'),
      exitCode: isOn(options, 'exitZero') ? 0 : found.exitCode,
    };
  },
};
