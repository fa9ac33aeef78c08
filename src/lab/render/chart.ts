import { parseAllDocuments } from 'yaml';
import { exec } from '../../platform/exec.ts';
import { templateRelease } from '../../platform/helm.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { agentImage, inRegistry } from '../kind/images.ts';
import { releaseOf } from '../kind/steps/chart.ts';

/**
 * The objects of the release that `up` installs on Kubernetes. Where the cluster exists, `up` adds the
 * address of its API server, which only the cluster knows.
 */
export async function chartManifests(lab: ResolvedLab): Promise<readonly unknown[]> {
  const agent = await agentImage(lab);
  const { registry } = lab.existing;
  const release = releaseOf(lab, registry === '' ? agent : inRegistry(agent, registry));
  const documents = parseAllDocuments(await templateRelease(exec, release));
  if ('empty' in documents) return [];
  return documents.map((document): unknown => document.toJS()).filter((value) => value !== null);
}
