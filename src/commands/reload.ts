import type { CommandDefinition, OptionDefinition } from './command.ts';
import { filledOption, labNameOf, nameOption } from './shared.ts';

export const bpfOption: OptionDefinition = {
  flags: '--bpf <directory>',
  summary: "sources of the datapath (default: this clone's bpf/)",
};

export const reload: CommandDefinition = {
  name: 'reload',
  summary: 'compile the datapath and put it to work in a lab that is up, connections kept',
  options: [nameOption, bpfOption],
  outputs: ['table', 'wide', 'json', 'yaml'],
  examples: [
    'labctl reload',
    'labctl reload --name second --bpf ../other-clone/bpf',
    'labctl reload -o json',
  ],
  run: async (context, _args, options) => {
    const { changesText, ownSources, reloadLab } = await import('../lab/reload/index.ts');
    const sources = filledOption(options, 'bpf') ?? ownSources();
    const report = await reloadLab(labNameOf(options), sources, context);
    return {
      data: report,
      table: {
        head: ['NODE', 'SECONDS', 'CHANGED', 'OBJECTS', 'COMPILED'],
        rows: report.nodes.map((node) => [
          node.node,
          node.seconds.toFixed(2),
          changesText(node.programs),
          node.objects,
          node.compiled ? 'yes' : 'before',
        ]),
      },
    };
  },
};
