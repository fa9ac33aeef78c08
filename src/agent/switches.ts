import { join } from 'node:path';
import type { AgentConfig, DatapathConfig } from '../core/agent-config.ts';
import { readJson, writeJson } from './json-file.ts';

/** Switches that leave traces outside the pinned tables when they are turned. */
export type Switches = Pick<DatapathConfig, 'serviceLB' | 'masquerade' | 'hostRouting' | 'routing'>;

const fileOf = (config: AgentConfig): string => join(config.paths.run, 'switches.json');

/** What the last agent of this node had programmed, undefined on a fresh node. */
export const previousSwitches = (config: AgentConfig): Promise<Switches | undefined> =>
  readJson<Switches>(fileOf(config));

/** Call it when the first sync is in the kernel: until then the old traces may still be there. */
export const recordSwitches = (config: AgentConfig): Promise<void> =>
  writeJson(fileOf(config), switchesOf(config));

export const switchesOf = ({ datapath }: AgentConfig): Switches => ({
  serviceLB: datapath.serviceLB,
  masquerade: datapath.masquerade,
  hostRouting: datapath.hostRouting,
  routing: datapath.routing,
});
