import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentConfig } from '../../core/agent-config.ts';
import { LabError } from '../../core/errors.ts';
import type { K8sObject } from '../../core/k8s.ts';
import { nodeNames } from '../../core/names.ts';
import { childCgroup } from '../../platform/cgroup.ts';
import { projectRoot } from '../../platform/fs.ts';
import { type AgentPlace, embeddedPlace, kubernetesPlace, renderAgent } from '../../profile/render-agent.ts';
import { renderManifests } from '../../profile/render-manifests.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';

/** The agents of a lab on this machine, one configuration per node. Reads only. */
export function agentConfigs(lab: ResolvedLab): readonly AgentConfig[] {
  return nodeNames(lab.name, lab.nodes.controlPlanes, lab.nodes.workers).map((node) =>
    agentConfig(lab, node),
  );
}

export const agentConfig = (lab: ResolvedLab, node: string): AgentConfig =>
  renderAgent(lab, node, placeOf(lab, node));

/** The demo workloads of a lab, from templates/demo. */
export async function demoManifests(lab: ResolvedLab): Promise<readonly K8sObject[]> {
  const directory = join(projectRoot(), 'templates', 'demo');
  const names = (await readdir(directory)).filter((name) => name.endsWith('.yaml')).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
  return renderManifests(lab, texts);
}

function placeOf(lab: ResolvedLab, node: string): AgentPlace {
  if (lab.runtime === 'kind' || lab.runtime === 'existing') return kubernetesPlace(lab);
  const bpf = join(projectRoot(), 'bpf');
  return embeddedPlace(lab.name, node, { cgroup: cgroupOf(lab.name, node), bpf });
}

/** A machine that could not run the lab can still render it, with cgroup v2 at its usual place. */
function cgroupOf(lab: string, node: string): string {
  try {
    return childCgroup(lab, node);
  } catch (error) {
    if (error instanceof LabError && error.code === 'E_NO_CGROUP2')
      return `/sys/fs/cgroup/labctl/${lab}/${node}`;
    throw error;
  }
}
