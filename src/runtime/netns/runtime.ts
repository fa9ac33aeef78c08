import { environmentError, failure } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { nodePaths } from '../../core/paths.ts';
import { startBackground } from '../../platform/background.ts';
import { createCgroup } from '../../platform/cgroup.ts';
import type { ClusterDir } from '../../platform/cluster-dir.ts';
import { startConversation } from '../../platform/conversation.ts';
import { bundledProgram } from '../../platform/fs.ts';
import { runningAgent, startAgent } from '../../platform/node-agent.ts';
import { type CommandLine, placed } from '../../platform/placed.ts';
import type { Runtime, Target } from '../port.ts';
import { residentInspector } from '../resident-inspector.ts';
import type { Layout } from './layout.ts';
import { outsideCgroup, placeOf } from './places.ts';
import { startController, stopController } from './processes.ts';

/** An embedded lab that is up. */
export interface NetnsRuntime extends Runtime {
  readonly name: 'netns';
  readonly cluster: ClusterDir;
  /** The command line that runs a program at a target: for a terminal, where streams are inherited. */
  readonly argvAt: (target: Target, file: string, args: readonly string[]) => Promise<CommandLine>;
  readonly agentPid: (node: string) => Promise<number | undefined>;
  readonly startAgent: (node: string) => Promise<void>;
  /** Nobody restarts agents and pods while it is stopped. */
  readonly stopController: () => Promise<void>;
  readonly startController: () => Promise<void>;
}

/** What nsenter answers for a program that is not there. */
const missingExitCode = 127;

export function openNetnsRuntime(layout: Layout, cluster: ClusterDir, exec: Exec): NetnsRuntime {
  const { lab } = layout;
  const argvAt = async (target: Target, file: string, args: readonly string[]): Promise<CommandLine> => {
    if ('pod' in target && target.outsideCgroup === true) await createCgroup(outsideCgroup(lab));
    return placed(await placeOf(layout, target, (key) => cluster.get('Pod', key)), file, args);
  };
  const at =
    (target: Target): Exec =>
    async (file, args, options = {}) => {
      const command = await argvAt(target, file, args);
      const result = await exec(command.file, command.args, { ...options, allowFailure: true });
      if (result.exitCode === missingExitCode && result.stderr.startsWith('nsenter: failed to execute')) {
        throw environmentError('E_COMMAND_MISSING', `${file} is not installed`, {
          fix: 'labctl doctor names the package',
        });
      }
      if (result.exitCode !== 0 && options.allowFailure !== true) {
        throw failure(
          'E_COMMAND',
          `${placeName(target)}: ${[file, ...args].join(' ')}: exit code ${result.exitCode}\n${result.stderr.trimEnd()}`,
          { details: { target, file, args, exitCode: result.exitCode } },
        );
      }
      return result;
    };
  return {
    name: 'netns',
    lab,
    nodes: layout.nodes,
    cluster,
    at,
    argvAt,
    probeClient: [process.execPath, bundledProgram('probe-client')],
    start: async (target, file, args) => startBackground(await argvAt(target, file, args)),
    converse: async (target, file, args) => startConversation(await argvAt(target, file, args)),
    inspect: residentInspector(async (node) => {
      const args = ['inspect', '--config', nodePaths(lab, node).config, '--each-line'];
      return startConversation(await argvAt({ node }, process.execPath, [bundledProgram('agent'), ...args]));
    }),
    entersFromOutside: true,
    addressOf: (role) => layout.roles.find((candidate) => candidate.role === role)?.address,
    agentPid: async (node) => (await runningAgent({ lab, node }))?.pid,
    startAgent: async (node) => {
      if ((await runningAgent({ lab, node })) === undefined) await startAgent({ lab, node });
    },
    stopController: () => stopController(lab),
    startController: async () => {
      await startController(lab);
    },
  };
}

function placeName(target: Target): string {
  if ('node' in target) return `node ${target.node}`;
  return 'pod' in target ? `pod ${target.pod}` : target.role;
}
