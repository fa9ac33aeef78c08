import type { CommandDefinition } from './command.ts';
import { isOn, labNameOf, nameOption, namespaceOf, namespaceOption, wordArg, wordsArg } from './shared.ts';

export const get: CommandDefinition = {
  name: 'get',
  summary: 'show objects of the cluster, as kubectl would',
  arguments: [
    { name: '<kind>', summary: 'nodes, pods, services, endpointslices, daemonsets or deployments' },
    { name: '[name...]', summary: 'only these' },
  ],
  options: [nameOption, namespaceOption, { flags: '-A, --all-namespaces', summary: 'of every namespace' }],
  outputs: ['table', 'wide', 'json', 'yaml', 'jsonl', 'name'],
  examples: ['labctl get pods', 'labctl get services -o yaml'],
  run: async (_context, args, options) => {
    const { getObjects } = await import('../lab/index.ts');
    const kind = wordArg(args, 0) ?? '';
    const names = wordsArg(args, 1);
    const namespace = namespaceOf(options);
    const { list, head, rows } = await getObjects(labNameOf(options), kind, {
      ...(names.length === 0 ? {} : { names }),
      ...(namespace === undefined ? {} : { namespace }),
      allNamespaces: isOn(options, 'allNamespaces'),
    });
    return {
      data: list,
      table: { head, rows },
      names: list.items.map((item) => `${item.kind.toLowerCase()}/${item.metadata.name}`),
      ...(rows.length === 0 ? { text: `no ${kind}` } : {}),
    };
  },
};
