import { ExitCode } from '../core/errors.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { filledOption } from './shared.ts';
import { chartFrom, valuesFrom, valuesOptions } from './values-input.ts';

export const valuesLint: CommandDefinition = {
  name: 'lint',
  summary: 'what in these values will not do what it seems to say',
  options: [
    ...valuesOptions,
    { flags: '--cilium-version <version>', summary: 'version of the chart (default: that of --chart)' },
    { flags: '--kind <file>', summary: 'kind configuration to hold the values against' },
  ],
  examples: [
    'labctl values lint -f values.yaml --cilium-version 1.14.3',
    'labctl values lint --set tunnel=disabled,dubug.enabled=true --cilium-version 1.20.0',
  ],
  run: async (context, _args, options) => {
    const cilium = await import('../cilium/index.ts');
    const { values, placeOf } = await valuesFrom(context, options);
    const { version, universe } = await chartFrom(context, options, filledOption(options, 'ciliumVersion'));
    const kubeProxyMode = await kubeProxyModeOf(context, options);
    const found = cilium.lintValues(values, {
      version,
      universe,
      ...(kubeProxyMode === undefined ? {} : { kubeProxyMode }),
    });
    const findings = found.map((finding) => ({ place: placeOf(finding.key), ...finding }));
    const lines = findings.flatMap(({ place, severity, key, message, use }) => [
      `${place}: ${severity}: ${key}: ${message}`,
      ...(use === undefined ? [] : [`    use ${use}`]),
    ]);
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    const sum = `${errors} errors, ${findings.length - errors} warnings for chart ${version}, by ${universe.source}`;
    return {
      data: { version, universe: universe.source, findings },
      text: [...lines, sum].join('\n'),
      exitCode: errors > 0 ? ExitCode.checkFailed : ExitCode.ok,
    };
  },
};

async function kubeProxyModeOf(
  { readInput }: Pick<CommandContext, 'readInput'>,
  options: Readonly<Record<string, unknown>>,
) {
  const file = filledOption(options, 'kind');
  if (file === undefined) return undefined;
  const { readValuesInput, valueUnder } = await import('../cilium/index.ts');
  const { values } = readValuesInput([{ name: file, text: await readInput(file) }], []);
  const mode = valueUnder(values, 'networking.kubeProxyMode');
  return typeof mode === 'string' ? mode : 'iptables';
}
