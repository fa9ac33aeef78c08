import type { OpenLab } from '../lifecycle.ts';
import { embeddedAgents } from './embedded-agents.ts';
import { podAgents } from './pod-agents.ts';
import type { Agents } from './port.ts';

/** Whatever the nodes are made of. */
export const agentsOf = (lab: OpenLab): Agents =>
  lab.runtime.name === 'netns' ? embeddedAgents(lab.runtime) : podAgents(lab, lab.runtime);
