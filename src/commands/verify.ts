import { ExitCode, LabError } from '../core/errors.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { filledOption, isOn, labNameOf, listOption, nameOption } from './shared.ts';
import { cliChecks } from './verify-cilium.ts';

export const verify: CommandDefinition = {
  name: 'verify',
  summary: 'prove with evidence that the datapath asked for is the one at work',
  options: [
    nameOption,
    {
      flags: '--only <pattern>',
      summary: 'only checks whose id matches (conn.nodeport.*)',
      repeatable: true,
    },
    { flags: '--skip <pattern>', summary: 'leave out checks whose id matches', repeatable: true },
    { flags: '--list', summary: "print the ids of the lab's checks and run none" },
    {
      flags: '--connectivity-test',
      summary: 'cilium: also run cilium connectivity test, where cilium-cli is in PATH (minutes)',
    },
    { flags: '--junit <file>', summary: 'also write a JUnit report, whatever happens' },
  ],
  examples: ['labctl verify', "labctl verify --only 'claim.*' -o json --junit report.xml"],
  run: async (context, _args, options) => {
    const checks = await import('../checks/index.ts');
    const { openLab, verifiedLab } = await import('../lab/index.ts');
    const name = labNameOf(options);
    const junit = filledOption(options, 'junit');
    if (junit !== undefined) await checks.prepareJUnit(junit);
    const say = (line: string): void => context.log.info(line);
    /** The report is written also where there is no lab, or where Ctrl-C ends the checks. */
    const unfinished = async (error: unknown): Promise<never> => {
      const failure = checks.setupFailure({ name }, error);
      if (junit !== undefined) await kept(checks.writeJUnit(failure, junit), context);
      await checks.tellGitHub(failure, context.env, say);
      throw error;
    };
    const lab = await openLab(name).catch(unfinished);
    const subject = verifiedLab(lab);
    if (isOn(options, 'list')) {
      const cni = subject.cilium === undefined ? 'labctl' : 'cilium';
      const ids = checks.checkIds(lab.resolved.profile, lab.runtime.name, cni);
      return { data: ids, text: ids.join('\n') };
    }
    const more = isOn(options, 'connectivityTest') ? cliChecks(subject, context) : async () => [];
    const own = await checks
      .verify(lab.runtime, subject, {
        only: listOption(options, 'only'),
        skip: listOption(options, 'skip'),
        signal: context.signal,
        onResult: (result) => context.log.info(`${result.status.padEnd(7)} ${result.id}`),
      })
      .catch(unfinished);
    const report = checks.withChecks(own, await more().catch(unfinished));
    const unwritten = junit === undefined ? undefined : await kept(checks.writeJUnit(report, junit), context);
    await checks.tellGitHub(report, context.env, say);
    return {
      data: report,
      text: checks.reportText(report),
      exitCode: checks.passed(report) ? (unwritten?.exitCode ?? ExitCode.ok) : ExitCode.checkFailed,
    };
  },
};

/** What the checks found is told also where the report of it cannot be written any more. */
async function kept(
  writing: Promise<void>,
  { log }: Pick<CommandContext, 'log'>,
): Promise<LabError | undefined> {
  try {
    await writing;
    return undefined;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    log.error(`${error.code}: ${error.message}`);
    return error;
  }
}
