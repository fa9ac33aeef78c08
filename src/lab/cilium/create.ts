import { imagesOfManifests } from '../../cilium/index.ts';
import { imageName, parseImage } from '../../core/image-reference.ts';
import type { LabContext } from '../context.ts';
import type { CreateOptions, CreateReport } from '../create.ts';
import { createOnKind } from '../kind/create.ts';
import { labImage } from '../kind/images.ts';
import type { CiliumUp } from './context.ts';
import type { ProbeTold } from './live-probe.ts';
import { ciliumRelease, manifestsOf } from './manifests.ts';
import { agreeTo, type CiliumPlan, type CiliumRequestWithChart, planCiliumLab } from './plan.ts';
import { ciliumSteps } from './steps/index.ts';
import { engineName } from './wanted-images.ts';
import { workloadsIn } from './workloads.ts';

export interface CiliumOptions extends CreateOptions {
  /** Values that the release has beyond the profile's are kept. */
  readonly keepValues: boolean;
  /** Asked before a lab that is up is changed. */
  readonly consent: (question: string) => Promise<boolean>;
}
export interface CiliumReport extends CreateReport {
  /** What requests saw while a lab was changed. */
  readonly probes: readonly ProbeTold[];
}

/** Brings a lab on kind up whose packets Cilium moves, or changes the one that is up. */
export async function createCiliumLab(
  request: CiliumRequestWithChart,
  options: CiliumOptions,
  context: LabContext,
): Promise<CiliumReport> {
  const { exec } = context;
  const { lab, version, chart } = request;
  const probes: ProbeTold[] = [];
  const decided: { plan?: CiliumPlan; objects: readonly unknown[] } = { objects: [] };
  const releaseOf = ({ plan }: typeof decided) => ciliumRelease(request, chart, plan?.values);
  const report = await createOnKind<CiliumUp>(
    lab,
    {
      plan: async () => {
        decided.plan = await planCiliumLab(exec, request, options.keepValues);
        return decided.plan;
      },
      agree: (plan) => agreeTo(plan, options.consent),
      images: async () => {
        // Before anything is made: a chart that refuses its values must not leave a cluster.
        decided.objects = await manifestsOf(exec, releaseOf(decided));
        return { demo: await labImage('demo') };
      },
      context: (up) => ({
        ...up,
        release: releaseOf(decided),
        ciliumImages: imagesOfManifests(decided.objects).map((text) =>
          engineName(imageName(parseImage(text))),
        ),
        workloads: workloadsIn(decided.objects),
        ...(decided.plan?.action === 'change'
          ? {
              change: {
                needsRestart: decided.plan.needsRestart,
                told: (told: readonly ProbeTold[]) => probes.push(...told),
              },
            }
          : {}),
      }),
      steps: ciliumSteps,
      recorded: { cilium: { version, chart: chart.place } },
    },
    options,
    context,
  );
  return { ...report, probes };
}
