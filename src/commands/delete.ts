import { usageError } from '../core/errors.ts';
import type { CommandDefinition } from './command.ts';
import { changesResult, manifestOption, readManifests } from './manifests.ts';
import {
  dryRunOption,
  isOn,
  labNameOf,
  listOption,
  nameOption,
  namespaceOf,
  namespaceOption,
  wordArg,
  wordsArg,
} from './shared.ts';

export const deleteCommand: CommandDefinition = {
  name: 'delete',
  summary: 'delete objects of the cluster; the datapath follows at once',
  arguments: [
    { name: '[kind]', summary: 'kind of the objects that are named' },
    { name: '[name...]', summary: 'their names' },
  ],
  options: [manifestOption, nameOption, namespaceOption, dryRunOption],
  outputs: ['table', 'json', 'yaml', 'name'],
  examples: ['labctl delete -f service.yaml', 'labctl delete service demo'],
  run: async (context, args, options) => {
    const lab = labNameOf(options);
    const dryRun = isOn(options, 'dryRun');
    const inputs = await readManifests(context, listOption(options, 'filename'));
    const kind = wordArg(args, 0);
    const names = wordsArg(args, 1);
    if (inputs.length > 0 === (kind !== undefined) || (kind !== undefined && names.length === 0)) {
      throw usageError('E_USAGE', 'what to delete is named either by -f or by kind and names', {
        fix: 'labctl delete -f FILE, or labctl delete KIND NAME...',
      });
    }
    const { deleteManifests, deleteObjects } = await import('../lab/index.ts');
    const namespace = namespaceOf(options);
    const changes =
      kind === undefined
        ? await deleteManifests(lab, inputs, { dryRun })
        : await deleteObjects(lab, kind, names, {
            dryRun,
            ...(namespace === undefined ? {} : { namespace }),
          });
    return changesResult(changes, dryRun);
  },
};
