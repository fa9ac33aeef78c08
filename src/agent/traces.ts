import { join } from 'node:path';
import type { AgentConfig } from '../core/agent-config.ts';
import { readJson, writeJson } from './json-file.ts';

/** What agents leave on their node outside of its pins, for those that come after them. */
export interface Traces {
  /** The chains of kube-proxy may be there. */
  readonly kubeProxy: boolean;
  /** The rules of masquerade may be there. */
  readonly masquerade: boolean;
  /** Switches under which connections may have begun. */
  readonly ran: readonly string[];
  /** Those that are in the kernel as a whole, unless an agent with others has begun since. */
  readonly whole?: string;
}

const fileOf = (config: AgentConfig): string => join(config.paths.run, 'traces.json');
const none: Traces = { kubeProxy: false, masquerade: false, ran: [] };

/** What the agents before this one have left, however they ended. */
export const readTraces = async (config: AgentConfig): Promise<Traces> => ({
  ...none,
  ...(await readJson<Traces>(fileOf(config))),
});

/** Before the first write: whoever takes over from here, at any moment, knows of the old and of the new. */
export const addTraces = (config: AgentConfig, before: Traces): Promise<void> => {
  const own = tracesOf(config);
  const whole = isWhole(config, before) ? { whole: switchesOf(config) } : {};
  return writeJson(fileOf(config), {
    kubeProxy: before.kubeProxy || own.kubeProxy,
    masquerade: before.masquerade || own.masquerade,
    ran: allRan(config, before),
    ...whole,
  } satisfies Traces);
};

/** When the first sync is in the kernel: the old rules are gone, but old connections may live on. */
export const keepOwnTraces = (config: AgentConfig, before: Traces): Promise<void> =>
  writeJson(fileOf(config), {
    ...tracesOf(config),
    ran: allRan(config, before),
    whole: switchesOf(config),
  } satisfies Traces);

/** Whether the last agent had everything in the kernel that this one wants there. */
export const isWhole = (config: AgentConfig, { whole }: Traces): boolean => whole === switchesOf(config);

export const isSwitched = (config: AgentConfig, before: Traces): boolean => allRan(config, before).length > 1;

/** In Kubernetes the chains are the real kube-proxy's. */
const tracesOf = ({ cluster, datapath }: AgentConfig): Pick<Traces, 'kubeProxy' | 'masquerade'> => ({
  kubeProxy: datapath.serviceLB === 'kube-proxy' && cluster.source !== 'kubernetes',
  masquerade: datapath.masquerade === 'iptables',
});

const switchesOf = ({ datapath }: AgentConfig): string =>
  `${datapath.serviceLB} ${datapath.masquerade} ${datapath.hostRouting}`;

const allRan = (config: AgentConfig, { ran }: Traces): readonly string[] => [
  ...new Set([...ran, switchesOf(config)]),
];
