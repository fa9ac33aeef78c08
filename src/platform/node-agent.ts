import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { nodeNamespace } from '../core/names.ts';
import { nodePaths } from '../core/paths.ts';
import { agentCgroup, createCgroup } from './cgroup.ts';
import { bundledProgram } from './fs.ts';
import { labEnvironment, type ProcessId, startDetached } from './process.ts';
import { recordedProcess, recordProcess } from './process-record.ts';

/** The agent of one node of an embedded lab, as a process. `up` starts it, the controller restarts it. */
export interface AgentPlace {
  readonly lab: string;
  readonly node: string;
}

/** Of one that is alive, on a machine that is busy elsewhere; one that is dead is known at once. */
const answerLimitMs = 5000;

export const agentRecord = ({ lab, node }: AgentPlace): string => join(nodePaths(lab, node).run, 'agent.pid');

export const runningAgent = (place: AgentPlace): Promise<ProcessId | undefined> =>
  recordedProcess(agentRecord(place));

export async function startAgent(place: AgentPlace): Promise<ProcessId> {
  const paths = nodePaths(place.lab, place.node);
  const cgroup = agentCgroup(place.lab, place.node);
  await createCgroup(cgroup);
  const started = await startDetached({
    cgroup,
    namespace: nodeNamespace(place.node),
    file: process.execPath,
    args: [bundledProgram('agent'), 'run', '--config', paths.config],
    env: labEnvironment(),
    log: paths.agentLog,
  });
  await recordProcess(agentRecord(place), started);
  return started;
}

/** What /readyz says: undefined when ready, else the reason. */
export async function agentUnreadiness(place: AgentPlace): Promise<string | undefined> {
  if (!existsSync(nodePaths(place.lab, place.node).agentSocket)) return 'it does not listen yet';
  const { status, body } = await askAgent(place, '/readyz');
  return status === 200 ? undefined : body.trim() || `status ${status}`;
}

/** One GET on the agent's socket. A socket that does not answer gives status 0 and the reason. */
export function askAgent(place: AgentPlace, path: string): Promise<{ status: number; body: string }> {
  const socketPath = nodePaths(place.lab, place.node).agentSocket;
  return new Promise((resolve) => {
    const fail = (error: Error): void => resolve({ status: 0, body: error.message });
    const asked = request({ socketPath, path, timeout: answerLimitMs, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
      response.on('error', fail);
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${answerLimitMs} ms`)));
    asked.on('error', fail);
    asked.end();
  });
}
