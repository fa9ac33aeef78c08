import { ExitCode, usageError } from '../core/errors.ts';
import type { CommandDefinition } from './command.ts';
import { filledOption } from './shared.ts';
import { exitCodeOf, linesOf, sumOf } from './values-findings.ts';
import { chartFrom, valuesFrom, valuesOptions } from './values-input.ts';

export const valuesMigrate: CommandDefinition = {
  name: 'migrate',
  summary: 'say the same in the words of another chart version',
  options: [
    ...valuesOptions,
    { flags: '--from <version>', summary: 'version that the values were written for' },
    { flags: '--to <version>', summary: 'version that they are needed for (default: that of --chart)' },
  ],
  examples: [
    'labctl values migrate -f values.yaml --from 1.13.0 --to 1.20.0 > new.yaml',
    'labctl values migrate --set tunnel=disabled --from 1.12.4 --to 1.20.0 -o json',
  ],
  run: async (context, _args, options) => {
    const cilium = await import('../cilium/index.ts');
    const { yamlText } = await import('../lab/render/files.ts');
    const from = cilium.parseVersion(required(options, 'from'));
    const { values, placeOf } = await valuesFrom(context, options);
    const { version: to, universe } = await chartFrom(context, options, filledOption(options, 'to'));
    const migration = cilium.migrateValues(values, {
      from,
      to,
      universe,
    });
    for (const change of migration.changes) {
      context.log.info(`${change.from} -> ${change.to === '' ? 'left out' : change.to} (${change.why})`);
    }
    const isSaid = (key: string): boolean => cilium.valueUnder(migration.values, key) !== undefined;
    const findings = migration.findings.map((finding) => ({
      place: placeOf(finding.key) ?? (isSaid(finding.key) ? 'new values' : 'not set'),
      ...finding,
    }));
    const exitCode = exitCodeOf(findings);
    if (findings.length > 0) {
      const said = [sumOf(findings, { version: to, universe }), ...findings.flatMap(linesOf)].join('\n');
      context.log[exitCode === ExitCode.ok ? 'warn' : 'error'](said);
    }
    return { data: { from, to, ...migration, findings }, text: yamlText([migration.values]), exitCode };
  },
};

function required(options: Readonly<Record<string, unknown>>, name: string): string {
  const value = filledOption(options, name);
  if (value !== undefined) return value;
  throw usageError('E_USAGE', `--${name} is missing`, { fix: `say which version: --${name} 1.13.0` });
}
