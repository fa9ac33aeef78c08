import type { ClusterSource } from '../../core/cluster.ts';
import { environmentError, failure } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import type { Ip4 } from '../../core/ip.ts';
import { startConversation } from '../../platform/conversation.ts';
import type { CommandLine } from '../../platform/placed.ts';
import type { LabNode, Runtime, Target } from '../port.ts';
import { residentInspector } from '../resident-inspector.ts';
import { startRemote } from './background.ts';
import { commandAt, type Places } from './places.ts';

/** A lab on a Kubernetes cluster: one that labctl made with kind, or one that existed. */
export interface KindRuntime extends Runtime {
  readonly name: 'kind' | 'existing';
  /** The command line that runs a program at a target: for a terminal, where streams are inherited. */
  readonly argvAt: (target: Target, file: string, args: readonly string[]) => Promise<CommandLine>;
}

export interface KindRuntimeInput {
  readonly name: KindRuntime['name'];
  readonly places: Places;
  readonly nodes: readonly LabNode[];
  readonly addresses: Readonly<Partial<Record<'client' | 'world', Ip4>>>;
  readonly cluster: ClusterSource;
  /** Pod of the agent of a node. */
  readonly agentPod: (node: string) => Promise<string>;
  readonly exec: Exec;
}

/** What shells, `docker exec` and nsenter answer for a program that is not there. */
const missingExitCodes = [126, 127];

const inspectorArgs = [
  ...['/opt/labctl/dist/agent.js', 'inspect', '--config', '/etc/labctl/agent.json', '--each-line'],
];

export function openKindRuntime(input: KindRuntimeInput): KindRuntime {
  const { places, nodes, exec } = input;
  const argvAt: KindRuntime['argvAt'] = (target, file, args) => commandAt(places, target, file, args);
  const at =
    (target: Target): Exec =>
    async (file, args, options = {}) => {
      const { env, cwd: _, ...rest } = options;
      const words = env === undefined ? [] : Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const command =
        words.length === 0
          ? await argvAt(target, file, args)
          : await argvAt(target, 'env', [...words, file, ...args]);
      const result = await exec(command.file, command.args, { ...rest, allowFailure: true });
      if (missingExitCodes.includes(result.exitCode) && /not found|No such file/i.test(result.stderr)) {
        throw environmentError('E_COMMAND_MISSING', `${placeName(target)} has no program ${file}`);
      }
      if (result.exitCode !== 0 && options.allowFailure !== true) {
        const line = [file, ...args].join(' ');
        throw failure(
          'E_COMMAND',
          `${placeName(target)}: ${line}: exit code ${result.exitCode}\n${result.stderr.trimEnd()}`,
          { details: { target, file, args, exitCode: result.exitCode } },
        );
      }
      return result;
    };
  return {
    name: input.name,
    lab: places.lab,
    nodes,
    cluster: input.cluster,
    at,
    argvAt,
    start: (target, file, args) =>
      startRemote(
        (program, words) => argvAt(target, program, words),
        // It may have ended by itself.
        async (pid) =>
          void (await at(target)('/bin/sh', ['-c', 'kill "$1"', 'sh', pid], { allowFailure: true })),
        file,
        args,
      ),
    converse: async (target, file, args) => startConversation(await argvAt(target, file, args)),
    // Only in the agent's pod are the rights to read the kernel.
    inspect: residentInspector(async (node) =>
      startConversation(await argvAt({ pod: await input.agentPod(node) }, 'node', inspectorArgs)),
    ),
    probeClient: ['labctl-probe'],
    addressOf: (role) => input.addresses[role],
    entersFromOutside: places.outsideCgroup !== undefined,
  };
}

function placeName(target: Target): string {
  if ('node' in target) return `node ${target.node}`;
  return 'pod' in target ? `pod ${target.pod}` : target.role;
}
