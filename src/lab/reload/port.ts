import type { Runtime } from '../../runtime/port.ts';

type InspectedPrograms = Awaited<ReturnType<Runtime['inspect']>>['programs'];

/** The agents of a lab that is up, as `reload` needs them. */
export interface Agents {
  readonly nodes: readonly string[];
  /** Runs a sub-command of the agent's program at its node, which reads the node's configuration. */
  readonly ask: (node: string, words: readonly string[], input?: string) => Promise<string>;
  /** Ends the agent of a node; resolves when its successor is ready. */
  readonly restart: (node: string, signal: AbortSignal) => Promise<void>;
  readonly programs: (node: string) => Promise<InspectedPrograms>;
  /** Does some work while nobody else restarts agents. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Compiling is part of it. */
export const askLimitMs = 180_000;
