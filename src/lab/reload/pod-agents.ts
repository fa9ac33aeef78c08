import { conflict, messageOf, timeoutError } from '../../core/errors.ts';
import { isPodReady, type Pod } from '../../core/k8s.ts';
import { waitFor } from '../../core/wait-for.ts';
import { exec } from '../../platform/exec.ts';
import { kubectlFor } from '../../platform/kubectl.ts';
import type { KindRuntime } from '../../runtime/kind/index.ts';
import { agentSet, kubeconfigOf, systemNamespace } from '../kind/context.ts';
import { agentPod } from '../kind/open.ts';
import type { OpenLab } from '../lifecycle.ts';
import { type Agents, askLimitMs } from './port.ts';

const readyLimitMs = 120_000;
const pollMs = 500;
const agentProgram = '/opt/labctl/dist/agent.js';
const agentConfig = '/etc/labctl/agent.json';

/** Pods of a DaemonSet. They compile with the compiler of their own image. */
export function podAgents({ name: lab, resolved }: OpenLab, runtime: KindRuntime): Agents {
  if (!resolved.agent.dev) {
    throw conflict('E_NOT_DEV', `agents of lab ${lab} have no compiler`, {
      fix: 'labctl up --dev true, with the other options of the lab, gives them one',
    });
  }
  const kubectl = kubectlFor(exec, kubeconfigOf(lab));
  const podsOn = async (node: string): Promise<readonly Pod[]> => {
    const { items } = await kubectl.json<{ items: readonly Pod[] }>([
      ...['get', 'pods', '--namespace', systemNamespace],
      ...['--selector', `app.kubernetes.io/name=${agentSet}`, '--field-selector', `spec.nodeName=${node}`],
    ]);
    return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  };
  return {
    nodes: runtime.nodes.map(({ name }) => name),
    ask: async (node, words, input) => {
      const at = runtime.at({ pod: await agentPod(kubectl, node) });
      const options = { timeoutMs: askLimitMs, ...(input === undefined ? {} : { input }) };
      return (await at('node', [agentProgram, ...words, '--config', agentConfig], options)).stdout;
    },
    restart: async (node, signal) => {
      const old = (await podsOn(node)).map(({ metadata }) => metadata.name);
      await kubectl.run(['delete', 'pod', '--namespace', systemNamespace, '--wait=false', ...old]);
      await waitFor(
        `agent of ${node} is ready`,
        async () => {
          const next = (await podsOn(node)).find(({ metadata }) => !old.includes(metadata.name));
          if (next === undefined) return { saw: 'no pod yet' };
          return isPodReady(next) ? { done: undefined } : { saw: `${next.metadata.name} is not ready` };
        },
        { timeoutMs: readyLimitMs, intervalMs: pollMs, signal },
      ).catch((error: unknown) => {
        if (signal.aborted) throw error;
        throw timeoutError('E_AGENT_NOT_READY', messageOf(error), {
          fix: `labctl logs --name ${lab} tells why`,
          cause: error,
        });
      });
    },
    programs: async (node) => (await runtime.inspect(node)).programs,
    // Only the DaemonSet's controller starts pods, and only what is missing.
    alone: (work) => work(),
  };
}
