import { messageOf } from '../core/errors.ts';
import type { Node } from '../core/k8s.ts';
import type { Log } from '../core/log.ts';
import { waitFor } from '../core/wait-for.ts';
import { agentUnreadiness, runningAgent, startAgent } from '../platform/node-agent.ts';
import type { Cache } from './cache.ts';

/** Keeps an agent running on every node and tells in the Node object whether it is ready. */
export interface AgentKeeper {
  /** Resolves when the node's agent can connect pods; rejects after a while. */
  readonly ready: (node: string) => Promise<void>;
  readonly close: () => void;
}

const lookMs = 500;
const readyLimitMs = 30_000;
const readyPollMs = 20;
const firstBackOffMs = 500;
const longestBackOffMs = 10_000;
/** An agent that lived this long has a clean slate. */
const stableMs = 30_000;

export function keepAgents(lab: string, cache: Cache, log: Log): AgentKeeper {
  const attempts = new Map<string, { count: number; at: number }>();
  const waits = new Map<string, Promise<void>>();
  let looking = false;

  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void Promise.all(cache.list('Node').map((node) => look(node)))
      .catch((error: unknown) => log.warn(`agents: ${messageOf(error)}`))
      .finally(() => {
        looking = false;
      });
  }, lookMs);

  async function look(node: Node): Promise<void> {
    const { name } = node.metadata;
    if ((await runningAgent({ lab, node: name })) === undefined) await restart(name);
    await tell(name, await agentUnreadiness({ lab, node: name }));
  }

  async function restart(node: string): Promise<void> {
    const now = Date.now();
    const last = attempts.get(node) ?? { count: 0, at: 0 };
    const count = now - last.at > stableMs ? 0 : last.count;
    const backOffMs = count === 0 ? 0 : Math.min(firstBackOffMs * 2 ** (count - 1), longestBackOffMs);
    if (now - last.at < backOffMs) return;
    attempts.set(node, { count: count + 1, at: now });
    const started = await startAgent({ lab, node });
    log.warn(`the agent of ${node} had ended and was started again`, {
      pid: started.pid,
      attempt: count + 1,
    });
  }

  async function tell(name: string, reason: string | undefined): Promise<void> {
    const node = cache.get('Node', name);
    const before = node?.status?.conditions?.find((each) => each.type === 'Ready');
    const status = reason === undefined ? 'True' : 'False';
    if (node === undefined || before?.status === status) return;
    const why =
      reason === undefined ? { reason: 'AgentReady' } : { reason: 'AgentNotReady', message: reason };
    await cache.put<'Node'>({
      ...node,
      status: { ...node.status, conditions: [{ type: 'Ready', status, ...why }] },
    });
  }

  /** One wait a node, however many pods wait for it. */
  function ready(node: string): Promise<void> {
    const present = waits.get(node);
    if (present !== undefined) return present;
    const wait = waitFor(
      `agent of ${node}`,
      async () => {
        const reason = await agentUnreadiness({ lab, node });
        return reason === undefined ? { done: undefined } : { saw: reason };
      },
      { timeoutMs: readyLimitMs, intervalMs: readyPollMs },
    ).finally(() => waits.delete(node));
    waits.set(node, wait);
    return wait;
  }

  return { ready, close: () => clearInterval(timer) };
}
