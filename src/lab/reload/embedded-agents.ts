import { nodePaths } from '../../core/paths.ts';
import { bundledProgram } from '../../platform/fs.ts';
import { agentRecord, runningAgent, startAgent } from '../../platform/node-agent.ts';
import { stopProcess } from '../../platform/process.ts';
import { forgetProcess } from '../../platform/process-record.ts';
import type { NetnsRuntime } from '../../runtime/netns/index.ts';
import { agentReady } from '../steps/agents.ts';
import { type Agents, askLimitMs } from './port.ts';

const stopMs = 5000;

/** Processes of this machine. They compile with its clang into the cache that all labs share. */
export function embeddedAgents(runtime: NetnsRuntime): Agents {
  const { lab } = runtime;
  return {
    nodes: runtime.nodes.map(({ name }) => name),
    ask: async (node, words, input) => {
      const args = [bundledProgram('agent'), ...words, '--config', nodePaths(lab, node).config];
      const options = { timeoutMs: askLimitMs, ...(input === undefined ? {} : { input }) };
      return (await runtime.at({ node })(process.execPath, args, options)).stdout;
    },
    restart: async (node, signal) => {
      const place = { lab, node };
      const running = await runningAgent(place);
      if (running !== undefined) await stopProcess(running, stopMs);
      await forgetProcess(agentRecord(place));
      await startAgent(place);
      await agentReady({ lab: { name: lab }, signal }, node);
    },
    programs: async (node) => (await runtime.inspect(node)).programs,
    alone: async (work) => {
      await runtime.stopController();
      try {
        return await work();
      } finally {
        await runtime.startController();
      }
    },
  };
}
