import { join } from 'node:path';
import { jsonMerge } from '../../../core/json-merge.ts';
import { projectRoot } from '../../../platform/fs.ts';
import { type Release, upgradeRelease } from '../../../platform/helm.ts';
import type { ApiServer } from '../../../profile/api-server.ts';
import { renderValues } from '../../../profile/render-values.ts';
import type { ResolvedLab } from '../../../profile/resolved-lab.ts';
import { type ClusterUp, type KindStep, systemNamespace } from '../context.ts';
import type { LabImage } from '../images.ts';

export const chart: KindStep = {
  title: 'Install the datapath',
  run: async ({ lab, exec, kubeconfig, kubectl, images, apiServer, signal }, report) => {
    await upgradeRelease(exec, releaseOf(lab, images.agent, apiServer), { kubeconfig, signal });
    await kubectl.run([
      'label',
      'namespace',
      systemNamespace,
      '--overwrite',
      'pod-security.kubernetes.io/enforce=privileged',
    ]);
    report(images.agent.reference);
  },
};

/** The one release that `up` installs and `render --only chart` shows. The lab file's own values win. */
export function releaseOf(
  lab: ResolvedLab,
  { repository, tag, pullPolicy }: Pick<LabImage, 'repository' | 'tag' | 'pullPolicy'>,
  apiServer?: ApiServer,
): Release {
  const server =
    apiServer === undefined ? {} : { k8sServiceHost: apiServer.host, k8sServicePort: apiServer.port };
  const found = { ...server, image: { repository, tag, pullPolicy } };
  return {
    name: 'labctl',
    namespace: systemNamespace,
    chart: join(projectRoot(), 'templates', 'chart'),
    values: jsonMerge(jsonMerge(renderValues(lab), found), lab.raw.helm),
  };
}

export const controlPlaneTaint: KindStep<ClusterUp> = {
  title: 'Let pods onto the control plane',
  run: async ({ kubectl }) => {
    const control = 'node-role.kubernetes.io/control-plane';
    await kubectl.run(['taint', 'nodes', '--all', `${control}:NoSchedule-`]).catch(ignoreAbsentTaint);
  },
};

/** kubectl fails where no node has the taint. */
function ignoreAbsentTaint(error: unknown): void {
  if (!(error instanceof Error) || !/taint .* not found/s.test(error.message)) throw error;
}
