import { LabError } from '../core/errors.ts';
import type { CommandContext, CommandDefinition, Progress } from './command.ts';
import { bpfOption } from './reload.ts';
import { filledOption, labNameOf, nameOption } from './shared.ts';

export const dev: CommandDefinition = {
  name: 'dev',
  summary: 'reload a lab that is up whenever the sources of the datapath change, until ctrl-C',
  options: [nameOption, bpfOption],
  outputs: [],
  examples: ['labctl dev', 'labctl dev --name second'],
  run: async (context, _args, options) => {
    const { onSourceChanges, openAgents, ownSources } = await import('../lab/reload/index.ts');
    const [lab, sources] = [labNameOf(options), filledOption(options, 'bpf') ?? ownSources()];
    // What no change of a source can mend ends here.
    await openAgents(lab);
    context.log.info(`lab ${lab} follows ${sources}; ctrl-C ends that, the lab stays up`);
    await onSourceChanges(sources, () => reloadOnce(lab, sources, context), context);
    return { text: `lab ${lab} stays up` };
  },
};

/** One line for a reload; what is wrong with the sources is for the next change to mend. */
async function reloadOnce(lab: string, sources: string, context: CommandContext): Promise<void> {
  const { changesText, reloadLab } = await import('../lab/reload/index.ts');
  try {
    const { nodes, seconds } = await reloadLab(lab, sources, { ...context, progress: unseen });
    const changes = [...new Set(nodes.map(({ programs }) => changesText(programs)))].join('; ');
    context.log.info(`reloaded ${nodes.length} nodes in ${seconds.toFixed(1)} s, changed: ${changes}`);
  } catch (error) {
    if (context.signal.aborted) return;
    if (!(error instanceof LabError)) throw error;
    context.log.error(`not reloaded: ${error.message}`);
  }
}

const unseen: Progress = async (steps, context) => {
  for (const step of steps) await step.run(context, () => undefined);
};
