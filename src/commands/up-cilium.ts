import type { CiliumReport } from '../lab/cilium/create.ts';
import { ciliumInput } from './cilium-input.ts';
import type { CommandContext, CommandResult } from './command.ts';
import { isOn } from './shared.ts';
import { upResult } from './up-result.ts';

/** `up --cni cilium`: what is missing is told before anything is made. */
export async function upWithCilium(
  context: CommandContext,
  options: Readonly<Record<string, unknown>>,
): Promise<CommandResult> {
  const asked = await ciliumInput(context, options);
  const { requireCilium } = await import('../lab/cilium/up.ts');
  const request = await requireCilium(context.exec, asked);
  const { rawFindings } = await import('../lab/cilium/raw-findings.ts');
  for (const { key, message, use } of rawFindings(request)) {
    context.log.warn(`spec.helm.values.${key}: ${message}${use === undefined ? '' : ` (use ${use})`}`);
  }
  const keepValues = isOn(options, 'reuseValues');
  if (isOn(options, 'dryRun')) {
    const { planCiliumLab } = await import('../lab/cilium/plan.ts');
    const plan = await planCiliumLab(context.exec, request, keepValues);
    return { data: plan, text: plan.text.join('\n') };
  }
  const { createCiliumLab } = await import('../lab/cilium/create.ts');
  const report = await createCiliumLab(
    request,
    {
      retain: isOn(options, 'retain'),
      recreate: isOn(options, 'recreate'),
      startedAtMs: performance.timeOrigin,
      keepValues,
      consent: isOn(options, 'yes') ? async () => true : context.confirm,
    },
    context,
  );
  return upResult(report, summarise(report, request.version), options, context);
}

function summarise(report: CiliumReport, version: string): string {
  const done =
    report.action === 'none'
      ? `lab ${report.lab} is up with Cilium ${version}: nothing to do`
      : `lab ${report.lab} (${report.profile}, Cilium ${version}) serves after ${report.seconds.toFixed(2)} s`;
  const probes = report.probes.map(({ text }) => `  meanwhile ${text}`);
  return [done, ...probes, ...report.try.map((line) => `  ${line}`)].join('\n');
}
