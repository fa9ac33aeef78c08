import { waitFor } from '../../../src/core/wait-for.ts';
import { agentUnreadiness } from '../../../src/platform/node-agent.ts';
import type { NetnsRuntime } from '../../../src/runtime/netns/index.ts';

const limitMs = 30_000;

/** Ends every agent by SIGKILL, and the controller before, which would start them again. */
export async function killAgents(runtime: NetnsRuntime): Promise<void> {
  await runtime.stopController();
  const pids = await runningAgents(runtime);
  if (pids.length !== runtime.nodes.length) throw new Error(`${pids.length} agents run before the kill`);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await waitFor(
    'all agents are dead',
    async () => {
      const left = await runningAgents(runtime);
      return left.length === 0 ? { done: undefined } : { saw: `agents ${left.join(', ')} run` };
    },
    { timeoutMs: limitMs },
  );
}

export async function restartAgents(runtime: NetnsRuntime): Promise<void> {
  await Promise.all(
    runtime.nodes.map(async ({ name }) => {
      await runtime.startAgent(name);
      await waitFor(
        `agent of ${name} is ready`,
        async () => {
          const reason = await agentUnreadiness({ lab: runtime.lab, node: name });
          return reason === undefined ? { done: undefined } : { saw: reason };
        },
        { timeoutMs: limitMs },
      );
    }),
  );
  await runtime.startController();
}

export async function runningAgents(runtime: NetnsRuntime): Promise<number[]> {
  const pids = await Promise.all(runtime.nodes.map(({ name }) => runtime.agentPid(name)));
  return pids.filter((pid) => pid !== undefined);
}
