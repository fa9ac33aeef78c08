import type { CommandContext, CommandDefinition } from './command.ts';
import { filledOption } from './shared.ts';
import { exitCodeOf, linesOf, sumOf } from './values-findings.ts';
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
    const findings = found.map((finding) => ({ place: placeOf(finding.key) ?? 'not set', ...finding }));
    return {
      data: { version, universe: universe.source, findings },
      text: [...findings.flatMap(linesOf), sumOf(findings, { version, universe })].join('\n'),
      exitCode: exitCodeOf(findings),
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
  const { values } = readValuesInput([{ name: file, text: await readInput(file) }]);
  const mode = valueUnder(values, 'networking.kubeProxyMode');
  return typeof mode === 'string' ? mode : 'iptables';
}
