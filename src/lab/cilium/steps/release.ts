import { upgradeRelease } from '../../../platform/helm.ts';
import type { KindStep } from '../../kind/context.ts';
import { loadIntoNodes } from '../../kind/steps/images.ts';
import { intend } from '../../owner-record.ts';
import type { CiliumUp } from '../context.ts';
import { underProbe } from '../live-probe.ts';
import { waitForCilium } from './ready.ts';

export const ciliumImages: KindStep<CiliumUp> = {
  title: "Load Cilium's images into the nodes",
  run: async (context, report) => report(await loadIntoNodes(context, context.ciliumImages)),
};

/** What is made inside of the cluster goes with the cluster. */
export const ciliumRelease: KindStep<CiliumUp> = {
  title: 'Install Cilium',
  run: async (context, report) => {
    const { lab, change, release } = context;
    await intend(lab.name, [{ kind: 'release', names: [`${release.namespace}/${release.name}`] }]);
    if (change === undefined) return install(context);
    await underProbe(
      context,
      async () => {
        await install(context);
        if (change.needsRestart) await restart(context);
        report('waiting for what was changed');
        await waitForCilium(context);
      },
      (probes) => {
        change.told(probes);
        report(probes.map(({ text }) => text).join('; '));
      },
    );
  },
};

const install = ({ exec, release, kubeconfig, signal }: CiliumUp): Promise<void> =>
  upgradeRelease(exec, release, { kubeconfig, signal });

/** Only these read cilium-config. */
async function restart({ kubectl, release: { namespace } }: CiliumUp): Promise<void> {
  await kubectl.run([
    ...['rollout', 'restart', 'daemonset/cilium', 'deployment/cilium-operator'],
    ...['--namespace', namespace],
  ]);
}
