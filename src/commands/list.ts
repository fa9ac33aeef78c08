import type { CommandDefinition } from './command.ts';

export const list: CommandDefinition = {
  name: 'list',
  summary: 'the labs of this machine',
  outputs: ['table', 'wide', 'json', 'yaml', 'jsonl', 'name'],
  examples: ['labctl list', 'labctl list -o name'],
  run: async () => {
    const { listLabs } = await import('../lab/index.ts');
    const labs = await listLabs();
    return {
      data: labs,
      table: {
        head: ['NAME', 'PROFILE', 'RUNTIME', 'STATE', 'NODES', 'AGE'],
        rows: labs.map((lab) => [lab.name, lab.profile, lab.runtime, lab.state, String(lab.nodes), lab.age]),
      },
      names: labs.map((lab) => lab.name),
      ...(labs.length === 0 ? { text: 'no labs; labctl up makes one' } : {}),
    };
  },
};
