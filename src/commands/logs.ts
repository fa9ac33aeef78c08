import type { CommandDefinition } from './command.ts';
import { labNameOf, nameOption, numberOption, wordArg } from './shared.ts';

export const logs: CommandDefinition = {
  name: 'logs',
  summary: 'logs of agents, pods and the controller',
  arguments: [
    { name: '[whose]', summary: 'NODE, POD or controller; all agents and the controller otherwise' },
  ],
  options: [nameOption, { flags: '--tail <lines>', summary: 'only the last lines of each log' }],
  outputs: ['table', 'json', 'yaml'],
  examples: ['labctl logs lab-worker --tail 20', 'labctl logs controller'],
  run: async (_context, args, options) => {
    const { labLogs } = await import('../lab/index.ts');
    const tail = numberOption(options, 'tail');
    const found = await labLogs(labNameOf(options), wordArg(args, 0), tail === undefined ? {} : { tail });
    const text =
      found.length === 1
        ? (found[0]?.text ?? '')
        : found.map((log) => `==> ${log.name} (${log.file}) <==\n${log.text}`).join('\n');
    return { data: found, text };
  },
};
