import { timeoutError } from '../../core/errors.ts';
import { nodePaths } from '../../core/paths.ts';
import { waitFor } from '../../core/wait-for.ts';
import { agentUnreadiness, runningAgent, startAgent } from '../../platform/node-agent.ts';
import { endProcesses, startController } from '../../runtime/netns/index.ts';
import type { Step, UpContext } from '../context.ts';

const readyLimitMs = 60_000;
const pollMs = 20;

/** Starts everything that runs for itself; nobody waits here. */
export const agents: Step = {
  title: 'Start agents and controller',
  run: async ({ lab, layout }) => {
    await Promise.all(layout.nodes.map(({ name: node }) => startAgent({ lab: lab.name, node })));
    await startController(lab.name);
  },
  undo: { title: 'End all processes', run: ({ lab }) => endProcesses(lab) },
};

export const agentsReady: Step = {
  title: 'Wait for the datapath on every node',
  run: async (context) => {
    await Promise.all(context.layout.nodes.map(({ name }) => agentReady(context, name)));
  },
};

export async function agentReady(
  { lab, signal }: { readonly lab: Pick<UpContext['lab'], 'name'>; readonly signal: AbortSignal },
  node: string,
): Promise<void> {
  const place = { lab: lab.name, node };
  const log = nodePaths(lab.name, node).agentLog;
  await waitFor(
    `agent of ${node} is ready`,
    async () => {
      const reason = await agentUnreadiness(place);
      if (reason === undefined) return { done: undefined };
      const isRunning = (await runningAgent(place)) !== undefined;
      return { saw: isRunning ? reason : `the agent has ended: ${reason}` };
    },
    { timeoutMs: readyLimitMs, intervalMs: pollMs, signal, fix: `its log: ${log}` },
  ).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw timeoutError('E_AGENT_NOT_READY', error instanceof Error ? error.message : String(error), {
      fix: `read its log: ${log}`,
      cause: error,
    });
  });
}
