import { join } from 'node:path';
import { jsonMerge } from '../../../core/json-merge.ts';
import { projectRoot } from '../../../platform/fs.ts';
import { upgradeRelease } from '../../../platform/helm.ts';
import { renderValues } from '../../../profile/render-values.ts';
import { type KindStep, systemNamespace } from '../context.ts';

export const chart: KindStep = {
  title: 'Install the datapath',
  run: async ({ lab, exec, kubeconfig, kubectl, images, signal }, report) => {
    const { repository, tag, reference } = images.agent;
    // What was loaded into the nodes; the lab file's own values win.
    const image = { repository, tag, pullPolicy: 'Never' };
    const values = jsonMerge(jsonMerge(renderValues(lab), { image }), lab.raw.helm);
    await upgradeRelease(
      exec,
      {
        name: 'labctl',
        namespace: systemNamespace,
        chart: join(projectRoot(), 'templates', 'chart'),
        values,
        kubeconfig,
      },
      signal,
    );
    const control = 'node-role.kubernetes.io/control-plane';
    await kubectl.run([
      'label',
      'namespace',
      systemNamespace,
      '--overwrite',
      'pod-security.kubernetes.io/enforce=privileged',
    ]);
    await kubectl.run(['taint', 'nodes', '--all', `${control}:NoSchedule-`]).catch(ignoreAbsentTaint);
    report(reference);
  },
};

/** kubectl fails where no node has the taint. */
function ignoreAbsentTaint(error: unknown): void {
  if (!(error instanceof Error) || !/taint .* not found/s.test(error.message)) throw error;
}
