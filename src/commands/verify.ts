import { ExitCode } from '../core/errors.ts';
import type { CommandDefinition } from './command.ts';
import { isOn, labNameOf, listOption, nameOption, textOption } from './shared.ts';

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
    { flags: '--junit <file>', summary: 'also write a JUnit report, whatever happens' },
  ],
  examples: ['labctl verify', "labctl verify --only 'claim.*' -o json --junit report.xml"],
  run: async (context, _args, options) => {
    const checks = await import('../checks/index.ts');
    const { openLab } = await import('../lab/index.ts');
    const name = labNameOf(options);
    const junit = textOption(options, 'junit');
    const say = (line: string): void => context.log.info(line);
    const lab = await openLab(name).catch(async (error: unknown) => {
      const failure = checks.setupFailure({ name }, error);
      if (junit !== undefined) await checks.writeJUnit(failure, junit);
      await checks.tellGitHub(failure, context.env, say);
      throw error;
    });
    if (isOn(options, 'list')) {
      const ids = checks.checkIds(lab.resolved.profile, lab.runtime.name);
      return { data: ids, text: ids.join('\n') };
    }
    const report = await checks.verify(lab.runtime, lab.resolved, {
      only: listOption(options, 'only'),
      skip: listOption(options, 'skip'),
      signal: context.signal,
      onResult: (result) => context.log.info(`${result.status.padEnd(7)} ${result.id}`),
    });
    if (junit !== undefined) await checks.writeJUnit(report, junit);
    await checks.tellGitHub(report, context.env, say);
    return {
      data: report,
      text: checks.reportText(report),
      exitCode: checks.passed(report) ? ExitCode.ok : ExitCode.checkFailed,
    };
  },
};
