import { usageError } from '../core/errors.ts';
import type { CommandDefinition } from './command.ts';
import { changesResult, manifestOption, readManifests } from './manifests.ts';
import { dryRunOption, isOn, labNameOf, listOption, nameOption } from './shared.ts';

export const apply: CommandDefinition = {
  name: 'apply',
  summary: 'create or change objects of the cluster; the datapath follows at once',
  options: [manifestOption, nameOption, dryRunOption],
  outputs: ['table', 'json', 'yaml', 'name'],
  examples: ['labctl apply -f service.yaml', 'labctl apply -f - < all.yaml'],
  run: async (context, _args, options) => {
    const lab = labNameOf(options);
    const inputs = await readManifests(context, listOption(options, 'filename'));
    if (inputs.length === 0) {
      throw usageError('E_USAGE', 'nothing to apply', { fix: 'labctl apply -f FILE' });
    }
    const { applyManifests } = await import('../lab/index.ts');
    return changesResult(
      await applyManifests(lab, inputs, { dryRun: isOn(options, 'dryRun') }),
      isOn(options, 'dryRun'),
    );
  },
};
