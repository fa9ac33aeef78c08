import { originText } from '../profile/origin.ts';
import type { Resolved } from '../profile/resolve.ts';
import { settings } from '../profile/settings.ts';
import type { CommandDefinition, CommandResult } from './command.ts';
import { labOptions, resolveInput } from './lab-input.ts';
import { isOn } from './shared.ts';

const view: CommandDefinition = {
  name: 'view',
  summary: 'the lab with every question answered, as a lab file',
  options: [...labOptions, { flags: '--origin', summary: 'show who decided each value' }],
  examples: ['labctl config view --profile kpr', 'labctl config view -f lab.labctl.yaml --origin'],
  run: async (context, _args, options) => {
    const resolved = await resolveInput(context, options);
    return isOn(options, 'origin') ? origins(resolved) : labFileOf(resolved);
  },
};

export const config: CommandDefinition = {
  name: 'config',
  summary: 'see what labctl makes of flags, environment, lab file and profile',
  examples: ['labctl config view', 'labctl config view --origin -o json'],
  subcommands: [view],
};

async function labFileOf({ document }: Resolved): Promise<CommandResult> {
  const { apiVersion } = await import('../profile/lab-schema.ts');
  const { labFileText } = await import('../profile/lab-file-text.ts');
  const data = { apiVersion, kind: 'Lab', ...document };
  return { data, text: labFileText(data) };
}

async function origins({ document, origins: by }: Resolved): Promise<CommandResult> {
  const { valueAt } = await import('../profile/layer.ts');
  const values = settings.map(({ path, keys }) => ({
    path,
    value: valueAt(document, keys),
    origin: by[path],
  }));
  const rows = values.map(({ path, value, origin }) => [
    path,
    typeof value === 'string' ? value : JSON.stringify(value),
    origin === undefined ? '' : originText(origin),
  ]);
  return { data: values, table: { head: ['SETTING', 'VALUE', 'ORIGIN'], rows } };
}
